using System.Globalization;
using System.Text;
using LongTake.Tensors;

namespace LongTake.Models.Checkpoints;

/// <summary>What a part of a model is.</summary>
public enum PartKind
{
    /// <summary>A Wan diffusion transformer.</summary>
    Transformer,

    /// <summary>A causal video autoencoder.</summary>
    Vae,

    /// <summary>A UMT5 text encoder.</summary>
    TextEncoder,

    /// <summary>A SentencePiece tokenizer.</summary>
    Tokenizer,

    /// <summary>A low-rank adapter of a transformer.</summary>
    LoraAdapter,

    /// <summary>A network that metrics look through: CLIP, DINO, ArcFace.</summary>
    MetricNetwork,

    /// <summary>Something else.</summary>
    Unknown,
}

/// <summary>What was found out about one part of a model without loading it.</summary>
public sealed record PartReport
{
    /// <summary>Its name in the model: <c>transformer</c>, <c>vae</c>, or the entry of a checkpoint (<c>generator_ema</c>).</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required PartKind Kind { get; init; }

    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>Its sizes in words.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Tensors.</summary>
    public int TensorCount { get; init; }

    /// <summary>Numbers in all tensors.</summary>
    public long ParameterCount { get; init; }

    /// <summary>Element types, the most common first.</summary>
    public IReadOnlyList<DType> Types { get; init; } = [];

    /// <summary>Whether float8 weights among them have scales.</summary>
    public bool IsScaled { get; init; }

    /// <summary>The 4-bit code that some of the tensors are packed in; null if none is.</summary>
    public string? PackedAs { get; init; }

    /// <summary>Bytes of the tensors as stored.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes that the weights take when loaded for inference.</summary>
    public long InferenceBytes { get; init; }

    /// <summary>Bytes that weights, gradients and AdamW's two moments take in training, all in single precision.</summary>
    public long TrainingBytes => 4 * sizeof(float) * ParameterCount;

    /// <summary>How the tensors fit the network; null if there is no network to compare with.</summary>
    public WeightComparison? Comparison { get; init; }

    /// <summary>What is wrong, in one sentence; null if nothing is.</summary>
    public string? Problem { get; init; }
}

/// <summary>What a file or folder is, and whether it can be used.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="What">What it is, in a few words.</param>
/// <param name="Parts">Its parts.</param>
public sealed record ModelReport(string Path, string What, IReadOnlyList<PartReport> Parts)
{
    /// <summary>Whether no part has a problem.</summary>
    public bool IsUsable => Parts.All(p => p.Problem is null);

    /// <summary>Bytes that all parts take when loaded for inference.</summary>
    public long InferenceBytes => Parts.Sum(p => p.InferenceBytes);

    /// <summary>The report as lines of text.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Path}: {What}");
        foreach (PartReport part in Parts)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {part.Name}: {part.Summary}");
            if (part.TensorCount > 0)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    {part.TensorCount} tensors, {part.ParameterCount:N0} parameters in {string.Join(", ", part.Types.Select(t => NameOf(t, part.IsScaled)))}{Packed(part)}; " +
                    $"{Size(part.StoredBytes)} stored, {Size(part.InferenceBytes)} loaded");
            }
            if (part.Problem is not null)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    PROBLEM: {part.Problem}");
            }
        }
        text.Append(CultureInfo.InvariantCulture, $"  memory for the weights: {Size(InferenceBytes)}");
        return text.ToString();
    }

    private static string Packed(PartReport part) => part.PackedAs is string code ? $", matrices packed in 4 bits ({code})" : "";

    private static string NameOf(DType type, bool isScaled) => type switch
    {
        DType.F8E4M3 => isScaled ? "float8 (scaled)" : "float8",
        DType.F8E5M2 => isScaled ? "float8 e5m2 (scaled)" : "float8 e5m2",
        _ => type.ToString(),
    };

    private static string Size(long bytes) => bytes switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):F2} GiB"),
    };
}
