using LongTake.Alignment.Tests.Distillation;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Tests.Training;

public sealed class Float8StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ParameterStore _weights = TinyTeacher.Weights(3);

    public void Dispose()
    {
        _weights.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_training_starts_from_a_float8_model_in_single_precision()
    {
        string source = _folder.File("model"), target = _folder.File("float8");
        ModelFolderWriter.WriteTransformer(source, TransformerKind.Causal, TinyTeacher.Config, TinyTeacher.Settings, _weights, DType.F32);
        CheckpointConverter.Convert(source, target, new ConversionOptions());
        using ParameterStore initial = ParameterStore.CreateRandom(WanTransformer.Specs(TinyTeacher.Config), 1);
        StartingWeights.Apply(initial, target, m => m.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training));
        float[] want = _weights["blocks.0.ffn.0.weight"].Span.ToArray();
        float scale = want.Max(MathF.Abs) / 448;
        Assert.Equal(want.Select(w => (float)(Float8E4M3)(w / scale) * scale), initial["blocks.0.ffn.0.weight"].Span.ToArray());
        Assert.Equal(_weights["blocks.0.ffn.0.bias"].Span.ToArray(), initial["blocks.0.ffn.0.bias"].Span.ToArray());
    }

    [Fact]
    public void Fingerprints_see_the_scale()
    {
        using ParameterStore a = new(), b = new();
        using Tensor single = Tensor.From([1f, 2f], [2]);
        a.Add("w", TensorConversion.To(single, DType.F8E4M3));
        b.Add("w", TensorConversion.To(single, DType.F8E4M3));
        Assert.Equal(WeightFingerprint.Of(a), WeightFingerprint.Of(b));
        b["w"].Scale = 2f;
        Assert.NotEqual(WeightFingerprint.Of(a), WeightFingerprint.Of(b));
    }
}
