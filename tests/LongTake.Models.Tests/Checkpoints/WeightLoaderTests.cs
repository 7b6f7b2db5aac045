using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

public class WeightLoaderTests
{
    private static readonly ParameterSpec[] s_specs = [new("a.weight", [300, 300]), new("a.bias", [300]), new("b.modulation", [1, 6, 2])];

    [Fact]
    public void For_inference_large_weights_keep_their_type_and_all_are_frozen()
    {
        using MemorySource source = new();
        source.Add("b.modulation", [1, 6, 2], DType.BF16).Add("a.bias", [300], DType.F16).Add("a.weight", [300, 300], DType.BF16);
        using ParameterStore store = WeightLoader.Load(source, s_specs, "the network");
        Assert.Equal(["a.weight", "a.bias", "b.modulation"], store.Names);
        Assert.Equal([DType.BF16, DType.F32, DType.F32], store.Tensors.Select(t => t.DType));
        Assert.All(store.Tensors, t => Assert.True(t.IsFrozen));
        Assert.Equal(store.Bytes, WeightLoader.RequiredBytes(source.Tensors, WeightUse.Inference));
    }

    [Fact]
    public void For_training_everything_is_single_precision_and_free()
    {
        using MemorySource source = new();
        source.Add("b.modulation", [1, 6, 2]).Add("a.bias", [300], DType.F64).Add("a.weight", [300, 300], DType.BF16);
        using ParameterStore store = WeightLoader.Load(source, s_specs, "the network", WeightUse.Training);
        Assert.All(store.Tensors, t => Assert.Equal(DType.F32, t.DType));
        Assert.All(store.Tensors, t => Assert.False(t.IsFrozen));
        Assert.Equal(store.Bytes, WeightLoader.RequiredBytes(source.Tensors, WeightUse.Training));
    }

    [Fact]
    public void Everything_that_does_not_fit_is_reported_at_once_before_any_data_is_read()
    {
        using MemorySource source = new();
        source.Add("a.weight", [300, 200]).Add("b.modulation", [1, 6, 2], DType.I32).Add("stray", [1]).Add("stray2", [1]);
        CheckpointException e = Assert.Throws<CheckpointException>(() => WeightLoader.Load(source, s_specs, "the network in 'x'"));
        Assert.Equal(
            "The weights do not fit the network in 'x': 1 missing (a.bias); 2 unexpected (stray, stray2); " +
            "1 of another shape (a.weight is [300, 200], not [300, 300]); 1 that are not floating-point (b.modulation).",
            e.Message);
        Assert.Equal(0, source.Loads);
    }

    [Fact]
    public void Long_lists_are_cut()
    {
        using MemorySource source = new();
        ParameterSpec[] specs = [.. Enumerable.Range(0, 500).Select(i => new ParameterSpec($"p{i}", [1]))];
        CheckpointException e = Assert.Throws<CheckpointException>(() => WeightLoader.Load(source, specs, "the network"));
        Assert.Contains("500 missing (p0, p1, p2, p3, p4, p5 and 494 more)", e.Message, StringComparison.Ordinal);
    }
}
