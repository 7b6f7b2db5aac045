using System.Text.Json.Nodes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Models.Tests.Checkpoints.Conversion;

/// <summary>A causal transformer that is stored by what it differs from the bidirectional one.</summary>
public sealed class AdapterConverterTests : IDisposable
{
    private const int Rank = 3;
    private const string Matrix = "blocks.1.ffn.0.weight";
    private const string Same = "blocks.0.cross_attn.k.weight";
    private const string Bias = "blocks.0.ffn.0.bias";

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();
    private readonly ParameterStore _close;

    public AdapterConverterTests()
    {
        _close = _model.TransformerWeights.Clone();
        foreach (string name in _close.Names.Where(n => n != Same))
        {
            Tensor w = _close[name];
            if (LowRankFactors.Saves(name, w.Shape, Rank))
            {
                using Tensor a = Random(name + "a", Rank, w.Shape[1]), b = Random(name + "b", w.Shape[0], Rank);
                new LowRankPair(a, b, 0.1f).MergeInto(w);
            }
        }
        _close[Bias].Span[3] += 0.5f;
        Write(_close);
    }

    private string Source => Path.Combine(_folder, "model");

    private string Target => Path.Combine(_folder, "adapted");

    private string Part => Path.Combine(Target, "causal_transformer");

    private static ConversionOptions Exact => new() { Base = "transformer", Rank = Rank, Format = WeightFormat.Float32 };

    public void Dispose()
    {
        _model.Dispose();
        _close.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_differs_by_a_product_of_the_rank_comes_back()
    {
        ConversionReport report = CheckpointConverter.Convert(Source, Target, Exact);
        Assert.Equal("causal_transformer", Assert.Single(report.Parts).Name);
        Assert.InRange(report.Parts[0].SignalToNoise, 100, double.PositiveInfinity);
        AssertLoads(Target, 1e-5f);

        using (SafetensorsFile pairs = SafetensorsFile.Open(Path.Combine(Part, "adapter_model.safetensors")))
        {
            Assert.True(pairs.Contains("blocks.1.ffn.0.lora_A.weight") && pairs.Contains("blocks.1.ffn.0.lora_B.weight"));
            Assert.DoesNotContain(pairs.Tensors, t => t.Name.StartsWith("blocks.0.cross_attn.k.", StringComparison.Ordinal));
        }
        using (SafetensorsFile own = SafetensorsFile.Open(Path.Combine(Part, "diffusion_pytorch_model.safetensors")))
        {
            Assert.Equal([Bias], own.Tensors.Select(t => t.Name));
        }
        JsonNode peft = JsonNode.Parse(File.ReadAllText(Path.Combine(Part, "adapter_config.json")))!;
        Assert.Equal("../transformer", (string?)peft["base_model_name_or_path"]);
        Assert.Equal(Rank, (int)peft["r"]!);
        Assert.Contains("self_attn.q", peft["target_modules"]!.AsArray().Select(t => (string?)t));
        string text = ModelInspector.Inspect(Target).ToText();
        Assert.Contains("adapter of ../transformer", text, StringComparison.Ordinal);
        Assert.Equal(4, Directory.GetFiles(Part).Length);
    }

    [Fact]
    public void Float8_factors_lose_little_and_a_smaller_rank_more()
    {
        double eight = CheckpointConverter.Convert(Source, Target, new ConversionOptions { Base = "transformer", Rank = Rank }).Parts[0].SignalToNoise;
        Assert.InRange(eight, 30, 60);
        AssertLoads(Target, 0.1f);
        double two = CheckpointConverter.Convert(
            Source, Target, new ConversionOptions { Base = "transformer", Rank = 1, Format = WeightFormat.Float32, Overwrite = true }).Parts[0].SignalToNoise;
        Assert.InRange(two, 5, eight);
    }

    [Fact]
    public void An_adapted_transformer_can_be_stored_whole_again()
    {
        CheckpointConverter.Convert(Source, Target, Exact);
        string whole = Path.Combine(_folder, "whole");
        CheckpointConverter.Convert(Target, whole, new ConversionOptions { Format = WeightFormat.Float32, Parts = ["causal_transformer"] });
        Assert.Equal(["config.json", "diffusion_pytorch_model.safetensors"], Directory.GetFiles(Path.Combine(whole, "causal_transformer")).Select(Path.GetFileName).Order());
        AssertLoads(whole, 1e-5f);
        CheckpointConverter.Convert(Target, whole, new ConversionOptions { Overwrite = true });
        AssertLoads(whole, 0.1f);

        // Whole weights that are written to the folder are not adapted.
        ModelFolderWriter.WriteTransformer(Target, TransformerKind.Causal, _model.Transformer, _model.CausalSettings, _close, DType.F32);
        Assert.Equal(2, Directory.GetFiles(Part).Length);
        AssertLoads(Target, 0);
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        Refused<ArgumentException>(new ConversionOptions { Rank = 4 }, "rank (4)");
        Refused<ArgumentException>(new ConversionOptions { Base = "transformer" }, "rank of adapters is 0");
        Refused<ArgumentException>(new ConversionOptions { Base = "vae", Rank = 4 }, "'vae'");
        Refused<ArgumentException>(new ConversionOptions { Base = "transformer", Rank = 4, Format = WeightFormat.NormalFloat4 }, "nf4");
        Refused<ArgumentException>(new ConversionOptions { Base = "transformer", Rank = 4, Parts = ["transformer"] }, "'transformer' cannot be stored");
        Refused<ArgumentException>(new ConversionOptions { Base = "transformer", Rank = 4, Parts = ["vae"] }, "'vae' cannot be stored");
        Refused<CheckpointException>(new ConversionOptions { Base = "causal_teacher", Rank = 4, Parts = ["transformer"] }, "no folder 'causal_teacher'");
        CheckpointConverter.Convert(Source, Target, Exact);
        CheckpointException e = Assert.Throws<CheckpointException>(() => CheckpointConverter.Convert(
            Target, Path.Combine(_folder, "x"), new ConversionOptions { Base = "causal_transformer", Rank = 4 }));
        Assert.Contains("an adapter itself", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetDirectories(_folder).Length);
    }

    [Theory]
    [InlineData("no base", "does not say which transformer")]
    [InlineData("base gone", "'../elsewhere', which is missing")]
    [InlineData("base adapted", "an adapter itself")]
    [InlineData("other rank", "of different adapters")]
    [InlineData("no adapter", "adapter_model.safetensors")]
    [InlineData("cut", "adapter_model.safetensors")]
    [InlineData("other own", "belongs to another transformer")]
    [InlineData("other pairs", "for another network")]
    public void Damage_is_named(string damage, string message)
    {
        CheckpointConverter.Convert(Source, Target, Exact);
        string config = Path.Combine(Part, "adapter_config.json"), pairs = Path.Combine(Part, "adapter_model.safetensors");
        switch (damage)
        {
            case "no base":
                File.WriteAllText(config, File.ReadAllText(config).Replace("base_model_name_or_path", "base", StringComparison.Ordinal));
                break;
            case "base gone":
                File.WriteAllText(config, File.ReadAllText(config).Replace("../transformer", "../elsewhere", StringComparison.Ordinal));
                break;
            case "base adapted":
                File.Copy(config, Path.Combine(Target, "transformer", "adapter_config.json"));
                break;
            case "other rank":
                File.WriteAllText(config, File.ReadAllText(config).Replace("\"r\": 3", "\"r\": 5", StringComparison.Ordinal));
                break;
            case "no adapter":
                File.Delete(pairs);
                break;
            case "cut":
                File.WriteAllBytes(pairs, File.ReadAllBytes(pairs)[..^40]);
                break;
            case "other own":
                using (Tensor stray = Tensor.Zeros([5]))
                {
                    SafetensorsWriter.Write(Path.Combine(Part, "diffusion_pytorch_model.safetensors"), [KeyValuePair.Create(Bias, stray)]);
                }
                break;
            default:
                using (Tensor a = Tensor.Zeros([2, 7]), b = Tensor.Zeros([16, 2]))
                {
                    SafetensorsWriter.Write(pairs, [new("blocks.0.ffn.0.lora_A.weight", a), new("blocks.0.ffn.0.lora_B.weight", b)]);
                }
                break;
        }
        using ModelFolder model = ModelFolder.Open(Target);
        CheckpointException e = Assert.Throws<CheckpointException>(() => model.LoadTransformerParameters(TransformerKind.Causal));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private void Write(ParameterStore causal)
    {
        _model.Write(Source);
        ModelFolderWriter.WriteTransformer(
            Source, TransformerKind.Bidirectional, _model.Transformer, TransformerSettings.DefaultsFor(TransformerKind.Bidirectional), _model.TransformerWeights, DType.F32);
        ModelFolderWriter.WriteTransformer(Source, TransformerKind.Causal, _model.Transformer, _model.CausalSettings, causal, DType.F32);
    }

    private void AssertLoads(string folder, float tolerance)
    {
        using ModelFolder model = ModelFolder.Open(folder);
        using ParameterStore loaded = model.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        Assert.Equal(_close.Names, loaded.Names);
        foreach (string name in _close.Names)
        {
            Assert.All(_close[name].Span.ToArray().Zip(loaded[name].Span.ToArray()), p => Assert.Equal(p.First, p.Second, tolerance));
        }
        Assert.Equal(_close[Bias].Span[3], loaded[Bias].Span[3]);
        Assert.Equal(_model.CausalSettings.StepList, model.Settings(TransformerKind.Causal).StepList);
    }

    private void Refused<T>(ConversionOptions options, string message)
        where T : Exception
    {
        T e = Assert.Throws<T>(() => CheckpointConverter.Convert(Source, Target, options));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    private static Tensor Random(string name, int rows, int columns)
    {
        Tensor t = Tensor.Empty([rows, columns]);
        new CounterRandom(5, (ulong)name.Sum(c => c * 31)).FillNormal(t.Span);
        return t;
    }
}
