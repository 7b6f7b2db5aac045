using System.Text.Json;
using System.Text.Json.Serialization;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Trials;

/// <summary>Everything that was measured of a model, as a JSON document. Parts that were not tried are missing.</summary>
public sealed record TrialReport
{
    /// <summary>Version of the world.</summary>
    public string World { get; init; } = ShapesWorld.Version;

    /// <summary>The model folder.</summary>
    public required string Model { get; init; }

    /// <summary>How much was tried.</summary>
    public required TrialOptions Options { get; init; }

    /// <summary>The part <c>vae</c>.</summary>
    public VaeReport? Vae { get; init; }

    /// <summary>The part <c>bidirectional</c>.</summary>
    public ClipReport? Bidirectional { get; init; }

    /// <summary>The part <c>causal</c>.</summary>
    public ClipReport? Causal { get; init; }

    /// <summary>The part <c>switch</c>.</summary>
    public SwitchReport? Switch { get; init; }

    /// <summary>The part <c>long</c>, one report a length.</summary>
    public IReadOnlyList<LongReport>? Long { get; init; }

    /// <summary>The document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrialReportJson.Default.TrialReport) + "\n";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrialReport))]
internal sealed partial class TrialReportJson : JsonSerializerContext;
