using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Float8;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints.Float8;

public sealed class ScaledFloat8Tests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("scale_weight")]
    [InlineData("weight_scale")]
    public void Scales_become_properties_of_their_weights_and_hints_are_hidden(string suffix)
    {
        MemorySource file = new MemorySource()
            .Add("l.weight", Codes(0x38, 0xC0))
            .Add("l." + suffix, Tensor.From([0.25f], suffix == "scale_weight" ? Shape.Create([]) : [1]))
            .Add("l.scale_input", Tensor.From([9f], []))
            .Add("l.input_scale", Tensor.From([9f], []))
            .Add("l.comfy_quant", [3], DType.U8)
            .Add("l.bias", [2], DType.BF16)
            .Add("scaled_fp8", [2], DType.F8E4M3);
        using ScaledFloat8Source source = new(file, "x");
        Assert.Equal(["l.weight", "l.bias"], source.Tensors.Select(t => t.Name));
        Assert.Equal([0.25f, 1f], source.Tensors.Select(t => t.Scale));
        Assert.False(source.Contains("l." + suffix) || source.Contains("scaled_fp8") || source.Contains("l.scale_input"));
        Assert.Equal(1, file.Loads);
        using Tensor weight = source.Load("l.weight");
        using Tensor wide = TensorConversion.To(weight, DType.F32);
        Assert.Equal([0.25f, -0.5f], wide.Span.ToArray());
        Assert.Throws<KeyNotFoundException>(() => source.Load("l." + suffix));
    }

    [Fact]
    public void Files_without_scales_pass_and_strays_stay_to_be_reported()
    {
        using ScaledFloat8Source source = new(
            new MemorySource().Add("a.weight", [4], DType.F8E5M2).Add("gone.scale_weight", []).Add("b.weight", [4]).Add("b.scale_input", []), "x");
        Assert.Equal(["a.weight", "gone.scale_weight", "b.weight", "b.scale_input"], source.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Malformed_scales_are_refused_by_name()
    {
        Assert.Contains("'l.scale_weight' has the shape [2]", Refusal(Tensor.From([1f, 1f], [2])), StringComparison.Ordinal);
        Assert.Contains("has the shape [2, 1]", Refusal(Tensor.From([1f, 1f], [2, 1])), StringComparison.Ordinal);
        Assert.Contains("has the shape [1, 1]", Refusal(Tensor.From([1f], [1, 1])), StringComparison.Ordinal);
        Assert.Contains("has the shape [0]", Refusal(Tensor.Empty([0])), StringComparison.Ordinal);
        foreach (float value in (float[])[0f, -2f, float.NaN, float.PositiveInfinity])
        {
            Assert.Contains("must be positive and finite", Refusal(Tensor.From([value], [])), StringComparison.Ordinal);
        }
        Assert.Contains("stored as I32", Refusal(Tensor.From<int>([1], [])), StringComparison.Ordinal);
        MemorySource wide = new MemorySource().Add("l.weight", [4], DType.I8).Add("l.scale_weight", Tensor.From([1f], []));
        Assert.Contains(
            "'l.weight' is stored as I8, not float8",
            Assert.Throws<CheckpointException>(() => new ScaledFloat8Source(wide, "x")).Message,
            StringComparison.Ordinal);
        MemorySource twice = new MemorySource().Add("l.weight", Codes(1)).Add("l.scale_weight", Tensor.From([1f], [])).Add("l.weight_scale", Tensor.From([1f], []));
        Assert.Contains("two scales for 'l.weight'", Assert.Throws<CheckpointException>(() => new ScaledFloat8Source(twice, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_weights_stay_float8_and_small_ones_are_multiplied_out()
    {
        using MemorySource file = new();
        file.Add("a.weight", [300, 300], DType.F8E4M3).Add("a.scale_weight", Tensor.From([0.5f], []));
        file.Add("b.weight", Codes(0x38, 0x40)).Add("b.scale_weight", Tensor.From([0.5f], []));
        using ScaledFloat8Source source = new(file, "x");
        ParameterSpec[] specs = [new("a.weight", [300, 300]), new("b.weight", [2])];
        using ParameterStore store = WeightLoader.Load(source, specs, "the network");
        Assert.Equal([DType.F8E4M3, DType.F32], store.Tensors.Select(t => t.DType));
        Assert.Equal(0.5f, store["a.weight"].Scale);
        Assert.Equal([0.5f, 1f], store["b.weight"].Span.ToArray());
        Assert.Equal(90_000 + 8, WeightLoader.RequiredBytes(source.Tensors, WeightUse.Inference));
        Assert.Equal(store.Bytes, WeightLoader.RequiredBytes(source.Tensors, WeightUse.Inference));
        using ParameterStore training = WeightLoader.Load(source, specs, "the network", WeightUse.Training);
        Assert.All(training.Tensors, t => Assert.Equal(DType.F32, t.DType));
    }

    [Fact]
    public void Adapters_are_merged_into_bfloat16_where_the_base_is_float8()
    {
        string path = Path.Combine(_folder, "lora.safetensors");
        using Tensor a = Tensor.From([1f, 0f], [1, 2]);
        using Tensor b = Tensor.From([0.125f, 2f], [2, 1]);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["l.lora_A.weight"] = a, ["l.lora_B.weight"] = b });
        Tensor weight = Tensor.From<Float8E4M3>([new(0x38), new(0x40), new(0x38), new(0x40)], [2, 2]);
        ScaledFloat8Source file = new(new MemorySource().Add("l.weight", weight).Add("l.scale_weight", Tensor.From([4f], [])), "x");
        using LoraSource merged = new(file, LoraAdapter.Open(path));
        TensorInfo info = Assert.Single(merged.Tensors);
        Assert.Equal((DType.BF16, 1f), (info.DType, info.Scale));
        using Tensor w = merged.Load("l.weight");
        Assert.Equal(info.DType, w.DType);
        Assert.Equal([4.125f, 8f, 6f, 8f], w.AsSpan<BFloat16>().ToArray().Select(v => (float)v));
    }

    [Fact]
    public void Files_as_ComfyUI_has_them_are_read_with_their_prefix()
    {
        string path = Path.Combine(_folder, "fp8.safetensors");
        Dictionary<string, Tensor> tensors = [];
        using TensorScope scope = TensorScope.Open();
        foreach (string name in _model.TransformerWeights.Names)
        {
            Tensor source = _model.TransformerWeights[name];
            bool isMatrix = source.Rank == 2;
            Tensor stored = Tensor.Empty(source.Shape, isMatrix ? DType.F8E4M3 : DType.BF16);
            stored.Scale = isMatrix ? 0.01f : 1f;
            TensorConversion.Convert(source, stored);
            stored.Scale = 1f;
            tensors["model.diffusion_model." + name] = stored;
            if (isMatrix)
            {
                tensors["model.diffusion_model." + name[..^"weight".Length] + "scale_weight"] = Tensor.From([0.01f], []);
                tensors["model.diffusion_model." + name[..^"weight".Length] + "scale_input"] = Tensor.From([1f], []);
            }
        }
        tensors["model.diffusion_model.scaled_fp8"] = Tensor.Zeros([2], DType.F8E4M3);
        SafetensorsWriter.Write(path, tensors);

        PartReport report = ModelInspector.Inspect(path).Parts.Single();
        Assert.Equal(PartKind.Transformer, report.Kind);
        Assert.True(report.Comparison!.Unexpected.Count == 0 && report.Comparison.Missing.Count == 0, report.Problem);
        Assert.Contains("float8 (scaled)", ModelInspector.Inspect(path).ToText(), StringComparison.Ordinal);
        using ITensorSource source2 = TransformerCheckpoint.Open(path);
        using ParameterStore loaded = WeightLoader.Load(source2, WanTransformer.Specs(_model.Transformer), "it", WeightUse.Training);
        foreach (string name in loaded.Names)
        {
            float[] want = _model.TransformerWeights[name].Span.ToArray(), have = loaded[name].Span.ToArray();
            // Three bits of fraction, or steps of the smallest value times the scale.
            Assert.All(
                want.Zip(have),
                p => Assert.InRange(p.Second, p.First - Math.Max(Math.Abs(p.First) / 15, 2e-5f), p.First + Math.Max(Math.Abs(p.First) / 15, 2e-5f)));
        }
    }

    [Fact]
    public void Text_encoders_are_read_too_and_their_tokenizer_is_left_out()
    {
        string path = Path.Combine(_folder, "umt5.safetensors");
        using TensorScope scope = TensorScope.Open();
        Dictionary<string, Tensor> tensors = new() { ["spiece_model"] = Tensor.Zeros([10], DType.U8), ["scaled_fp8"] = Tensor.Zeros([0], DType.F8E4M3) };
        foreach (string name in _model.TextWeights.Names)
        {
            Tensor source = _model.TextWeights[name];
            string other = Umt5KeyMap.ToTransformers(name)!;
            bool isLinear = name.Contains(".attn.", StringComparison.Ordinal);
            tensors[other] = isLinear ? TensorConversion.To(source, DType.F8E5M2) : source;
            if (isLinear)
            {
                tensors[other[..^"weight".Length] + "scale_weight"] = Tensor.From([2f], [1]);
            }
        }
        SafetensorsWriter.Write(path, tensors);
        using ITensorSource opened = PartSources.OpenTextEncoder(path);
        using ParameterStore loaded = WeightLoader.Load(opened, Umt5Encoder.Specs(_model.TextEncoder), "it", WeightUse.Training);
        float first = _model.TextWeights["blocks.0.attn.q.weight"].Span[0];
        Assert.Equal(2 * (float)(Float8E5M2)first, loaded["blocks.0.attn.q.weight"].Span[0]);
    }

    [Fact]
    public void Folders_are_not_written_in_float8_without_scales() => Assert.Throws<ArgumentException>(() => ModelFolderWriter.WriteTransformer(
        _folder, TransformerKind.Causal, _model.Transformer, _model.CausalSettings, _model.CausalWeights, DType.F8E4M3));

    private static Tensor Codes(params byte[] codes) => Tensor.From<Float8E4M3>(Array.ConvertAll(codes, c => new Float8E4M3(c)), [codes.Length]);

    private static string Refusal(Tensor scale)
    {
        using MemorySource file = new MemorySource().Add("l.weight", Codes(1, 2)).Add("l.scale_weight", scale);
        return Assert.Throws<CheckpointException>(() => new ScaledFloat8Source(file, "x")).Message;
    }
}
