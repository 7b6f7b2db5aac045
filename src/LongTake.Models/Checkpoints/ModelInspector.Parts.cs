using LongTake.Models.Checkpoints.Adapted;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

public static partial class ModelInspector
{
    private static PartReport Transformer(string name, string path, Func<WanTransformerConfig>? configOf, string? entry = null)
    {
        using ITensorSource source = TransformerCheckpoint.Open(path, entry);
        PartReport report = Facts(source.Tensors, new PartReport { Name = name, Kind = PartKind.Transformer, Path = path });
        if ((configOf?.Invoke() ?? TensorRecognition.TransformerSizes(source.Tensors)) is not WanTransformerConfig config)
        {
            return report with
            {
                Summary = "part of a transformer",
                Problem = "It lacks tensors that every Wan transformer has (patch, time or text embedding, head), so that its sizes are unknown.",
            };
        }
        SizeLimits.Check(config, $"'{path}'");
        string size = (config.Dim, config.LayerCount) switch
        {
            (1536, 30) => "Wan 2.1 text-to-video 1.3B: ",
            (5120, 40) => "Wan 2.1 text-to-video 14B: ",
            _ => "Wan transformer: ",
        };
        bool isImageConditioned = source.Tensors.Any(
            t => t.Name.StartsWith("img_emb.", StringComparison.Ordinal) || t.Name.Contains(".k_img.", StringComparison.Ordinal));
        string? origin = entry is null ? AdaptedTransformer.BaseOf(path) : null;
        return Compared(
            report with
            {
                StoredBytes = origin is null ? report.StoredBytes : AdaptedTransformer.StoredBytes(path),
                Summary = $"{size}width {config.Dim}, {config.LayerCount} layers, {config.InChannels} latent channels, " +
                    $"text {config.TextLength} x {config.TextDim}{(origin is null ? "" : $"; stored as an adapter of {origin}")}",
            },
            source,
            WanTransformer.Specs(config),
            isImageConditioned ? "It is an image-to-video transformer; only text-to-video transformers are supported." : null);
    }

    private static PartReport Vae(string name, string path, WanVaeConfig config)
    {
        using ITensorSource source = PartSources.OpenVae(path, config);
        string sizes = $"causal autoencoder: base width {config.Dim}, {config.ZDim} latent channels, " +
            $"{config.TemporalFactor} x {config.SpatialFactor} x {config.SpatialFactor} compression";
        return Compared(
            Facts(source.Tensors, new PartReport { Name = name, Kind = PartKind.Vae, Path = path, Summary = sizes }), source, WanVae.Specs(config), null);
    }

    private static PartReport TextEncoder(string name, string path, Umt5Config? given)
    {
        using ITensorSource source = PartSources.OpenTextEncoder(path);
        Umt5Config config = given ?? SizeLimits.Check(Umt5Config.FromTensors(source.Tensors, $"'{path}'"), $"'{path}'");
        string sizes = $"UMT5 encoder: width {config.Dim}, {config.LayerCount} layers, {config.HeadCount} heads, vocabulary {config.VocabularySize:N0}";
        return Compared(
            Facts(source.Tensors, new PartReport { Name = name, Kind = PartKind.TextEncoder, Path = path, Summary = sizes }),
            source,
            Umt5Encoder.Specs(config),
            null);
    }

    private static PartReport Adapter(string name, string path, string? entry, IReadOnlyList<TensorInfo> tensors)
    {
        using LoraAdapter adapter = LoraAdapter.Open(path, entry);
        return Facts(tensors, new PartReport
        {
            Name = name,
            Kind = PartKind.LoraAdapter,
            Path = path,
            Summary = $"adapter (LoRA) of {adapter.Modules.Count} layers, rank {adapter.Rank}",
        });
    }

    private static PartReport Compared(PartReport report, ITensorSource source, IReadOnlyList<ParameterSpec> specs, string? problem)
    {
        WeightComparison comparison = WeightComparison.Compare(source, specs);
        problem ??= comparison.Describe() is string misfit ? $"Its tensors do not fit: {misfit}." : null;
        return report with { Comparison = comparison, Problem = problem };
    }

    private static PartReport Facts(IReadOnlyList<TensorInfo> tensors, PartReport report) => report with
    {
        TensorCount = tensors.Count,
        ParameterCount = tensors.Sum(t => t.Shape.Count),
        Types = [.. tensors.GroupBy(t => t.DType).OrderByDescending(g => g.Sum(t => t.Shape.Count)).Select(g => g.Key)],
        IsScaled = tensors.Any(t => t.Scale != 1f),
        StoredBytes = tensors.Sum(t => t.StoredBytes),
        PackedAs = tensors.FirstOrDefault(t => t.PackedAs is not null)?.PackedAs,
        InferenceBytes = WeightLoader.RequiredBytes(tensors, WeightUse.Inference),
    };

    private static string Unknown(IReadOnlyList<TensorInfo> tensors) =>
        tensors.Count == 0 ? "no tensors" : $"unknown tensors ({NameList.Of([.. tensors.Select(t => t.Name)])})";
}
