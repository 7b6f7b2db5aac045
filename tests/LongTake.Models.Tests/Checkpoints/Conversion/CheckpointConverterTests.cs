using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints.Conversion;

public sealed class CheckpointConverterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();

    public CheckpointConverterTests() => _model.Write(Source);

    private string Source => Path.Combine(_folder, "model");

    private string Target => Path.Combine(_folder, "converted");

    private string Weights => Path.Combine(Source, "transformer", "diffusion_pytorch_model.safetensors");

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Transformers_become_scaled_float8_and_the_rest_of_the_folder_is_copied()
    {
        List<ConversionProgress> progress = [];
        ConversionReport report = CheckpointConverter.Convert(Source, Target, new ConversionOptions { Progress = progress.Add });
        Assert.Equal(["transformer", "causal_transformer"], report.Parts.Select(p => p.Name));
        Assert.All(report.Parts, p => Assert.InRange(p.SignalToNoise, 25, 40));
        Assert.All(report.Parts, p => Assert.True(p.BytesAfter < p.BytesBefore));
        Assert.True(report.BytesAfter < report.BytesBefore);
        Assert.Equal(1, progress[^1].Done / (double)progress[^1].Total);
        Assert.Equal("causal_transformer", progress[^1].Part);
        foreach (string same in (string[])["vae/diffusion_pytorch_model.safetensors", "transformer/config.json", "tokenizer/spiece.model", "model_index.json"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(Source, same)), File.ReadAllBytes(Path.Combine(Target, same)));
        }
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);

        ModelReport inspected = ModelInspector.Inspect(Target);
        Assert.True(inspected.IsUsable, inspected.ToText());
        Assert.Contains("float8 (scaled)", inspected.ToText(), StringComparison.Ordinal);
        using ITensorSource source = TransformerCheckpoint.Open(Path.Combine(Target, "transformer"));
        foreach (TensorInfo info in source.Tensors)
        {
            bool isMatrix = info.Shape.Rank == 2 && info.Name.EndsWith(".weight", StringComparison.Ordinal);
            Assert.Equal(isMatrix ? DType.F8E4M3 : DType.BF16, info.DType);
            using Tensor stored = source.Load(info.Name);
            if (isMatrix && _model.TransformerWeights[info.Name].Span.ContainsAnyExcept(0f))
            {
                // The largest magnitude is the type's largest.
                Assert.Contains(stored.AsSpan<byte>().ToArray(), c => (c & 0x7F) == 0x7E);
            }
        }
        using SafetensorsFile raw = SafetensorsFile.Open(Path.Combine(Target, "transformer"));
        Assert.True(raw.Contains("scaled_fp8") && raw.Contains("blocks.0.self_attn.q.scale_weight"));
    }

    [Fact]
    public void Values_are_the_nearest_multiples_of_the_scale_and_float32_gives_them_back()
    {
        CheckpointConverter.Convert(Source, Target, new ConversionOptions());
        string wide = Path.Combine(_folder, "wide");
        ConversionReport report = CheckpointConverter.Convert(Target, wide, new ConversionOptions { Format = WeightFormat.Float32 });
        Assert.All(report.Parts, p => Assert.Equal(double.PositiveInfinity, p.SignalToNoise));
        const string name = "blocks.1.ffn.0.weight";
        using ModelFolder before = ModelFolder.Open(Source), narrow = ModelFolder.Open(Target), after = ModelFolder.Open(wide);
        using ParameterStore original = before.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        using ParameterStore loaded = narrow.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        using ParameterStore given = after.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        float[] want = original[name].Span.ToArray(), have = loaded[name].Span.ToArray();
        float scale = want.Max(MathF.Abs) / 448;
        Assert.Equal(want.Select(w => (float)(Float8E4M3)(w / scale) * scale), have);
        foreach (string parameter in loaded.Names)
        {
            Assert.Equal(loaded[parameter].Span.ToArray(), given[parameter].Span.ToArray());
        }
    }

    [Fact]
    public void Float8_matrices_keep_their_bits_when_they_are_converted_to_float8_again()
    {
        string once = Path.Combine(_folder, "once.safetensors"), twice = Path.Combine(_folder, "twice.safetensors");
        Assert.Single(CheckpointConverter.Convert(Weights, once, new ConversionOptions()).Parts);
        ConvertedPart part = CheckpointConverter.Convert(once, twice, new ConversionOptions()).Parts.Single();
        Assert.Equal((0, part.BytesBefore), (part.Converted, part.BytesAfter - (4 * Scales(twice)) - 2));
        Assert.Equal(File.ReadAllBytes(once), File.ReadAllBytes(twice));

        static int Scales(string path)
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return file.Tensors.Count(t => t.Name.EndsWith("scale_weight", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Chosen_parts_alone_are_converted()
    {
        ConversionReport report = CheckpointConverter.Convert(Source, Target, new ConversionOptions { Parts = ["text_encoder"] });
        Assert.Equal("text_encoder", report.Parts.Single().Name);
        Assert.Equal(File.ReadAllBytes(Weights), File.ReadAllBytes(Path.Combine(Target, "transformer", "diffusion_pytorch_model.safetensors")));
        using ITensorSource text = PartSources.OpenTextEncoder(Path.Combine(Target, "text_encoder"));
        Assert.Equal(DType.F8E4M3, text.Tensors.Single(t => t.Name == "blocks.0.attn.q.weight").DType);
        Assert.Equal(DType.BF16, text.Tensors.Single(t => t.Name == "blocks.0.pos_embedding.embedding.weight").DType);
    }

    [Fact]
    public void What_cannot_be_done_is_refused_before_anything_is_written()
    {
        ConversionOptions options = new();
        Assert.Contains("vae", Wrong(new ConversionOptions { Parts = ["vae"] }), StringComparison.Ordinal);
        Assert.Contains("'unet'", Wrong(new ConversionOptions { Parts = ["unet"] }), StringComparison.Ordinal);
        Assert.Contains("each named once", Wrong(new ConversionOptions { Parts = ["vae", "vae"], Format = WeightFormat.BFloat16 }), StringComparison.Ordinal);
        Assert.Contains("no part 'causal_teacher'", Refusal(Source, Target, new ConversionOptions { Parts = ["causal_teacher"] }), StringComparison.Ordinal);
        Assert.Contains("lies in", Refusal(Source, Path.Combine(Source, "x"), options), StringComparison.Ordinal);
        Assert.Contains("lies in", Refusal(Source, Source + Path.DirectorySeparatorChar, options), StringComparison.Ordinal);
        Assert.Contains("holds what is converted", Refusal(Source, _folder, options), StringComparison.Ordinal);
        Assert.Contains("named otherwise", Refusal(Weights, Target, options), StringComparison.Ordinal);
        Assert.Contains(
            "neither a transformer nor a text encoder",
            Refusal(Path.Combine(Source, "vae", "diffusion_pytorch_model.safetensors"), Target + ".safetensors", options),
            StringComparison.Ordinal);
        ConversionOptions parts = new() { Parts = ["transformer"] };
        Assert.Contains(
            "leave them out",
            Assert.Throws<ArgumentException>(() => CheckpointConverter.Convert(Weights, Target + ".safetensors", parts)).Message,
            StringComparison.Ordinal);
        Assert.Contains("room", Assert.Throws<CheckpointException>(() => DiskSpace.Require(Path.Combine(Target, "a", "b"), 1 << 20, folder =>
        {
            Assert.Equal(_folder, folder);
            return 1 << 21;
        })).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_folder));

        Directory.CreateDirectory(Target);
        Assert.Contains("--force", Refusal(Source, Target, options), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Target, "diary.txt"), "dear diary");
        Assert.Contains("no model folder", Refusal(Source, Target, new ConversionOptions { Overwrite = true }), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        Assert.Contains("holds no model", Refusal(Path.Combine(_folder, "empty"), Target, options), StringComparison.Ordinal);
        Assert.Contains("nowhere", Refusal(Path.Combine(_folder, "nowhere"), Target, options), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Target, "diary.txt")));

        string Wrong(ConversionOptions wrong) => Assert.Throws<ArgumentException>(() => CheckpointConverter.Convert(Source, Target, wrong)).Message;
    }

    [Fact]
    public void Replacing_takes_the_place_of_a_whole_model()
    {
        CheckpointConverter.Convert(Source, Target, new ConversionOptions());
        string stray = Path.Combine(Target, "stray.txt");
        File.WriteAllText(stray, "");
        CheckpointConverter.Convert(Source, Target, new ConversionOptions { Overwrite = true, Format = WeightFormat.Float32 });
        Assert.False(File.Exists(stray));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);
        using ITensorSource source = TransformerCheckpoint.Open(Path.Combine(Target, "transformer"));
        Assert.Contains(source.Tensors, t => t.DType == DType.F32);
    }

    [Fact]
    public void A_stopped_or_failed_conversion_leaves_nothing_behind()
    {
        using CancellationTokenSource stop = new();
        ConversionOptions options = new() { Progress = _ => stop.Cancel() };
        Assert.Throws<OperationCanceledException>(() => CheckpointConverter.Convert(Source, Target, options, stop.Token));
        Assert.Single(Directory.GetFileSystemEntries(_folder));

        ParameterStore weights = _model.CausalWeights;
        weights["blocks.0.ffn.0.weight"].Span[3] = float.PositiveInfinity;
        _model.Write(Source);
        Assert.Contains("'blocks.0.ffn.0.weight' holds values that are not finite", Refusal(Source, Target, new ConversionOptions()), StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Folders_in_the_original_layout_keep_it()
    {
        string original = Path.Combine(_folder, "original");
        Directory.CreateDirectory(original);
        File.Copy(Weights, Path.Combine(original, "diffusion_pytorch_model.safetensors"));
        File.Copy(Path.Combine(Source, "transformer", "config.json"), Path.Combine(original, "config.json"));
        ConversionReport report = CheckpointConverter.Convert(original, Target, new ConversionOptions());
        Assert.Equal("transformer", report.Parts.Single().Name);
        Assert.Equal(["config.json", "diffusion_pytorch_model.safetensors"], Directory.GetFiles(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using ModelFolder folder = ModelFolder.Open(Target);
        using ParameterStore loaded = folder.LoadTransformerParameters(TransformerKind.Bidirectional);
        Assert.Equal(_model.TransformerWeights.Names, loaded.Names);
    }

    private static string Refusal(string from, string to, ConversionOptions options) =>
        Assert.Throws<CheckpointException>(() => CheckpointConverter.Convert(from, to, options)).Message;
}
