using System.Text.Json;
using System.Text.Json.Serialization;

namespace LongTake.Cli.Presets;

/// <summary>What "longtake presets --json" prints.</summary>
/// <param name="Model">The model that sizes are given for.</param>
/// <param name="Presets">The presets.</param>
internal sealed record PresetDocument(string Model, IReadOnlyList<PresetFacts> Presets)
{
    public string ToJson() => JsonSerializer.Serialize(this, PresetJson.Default.PresetDocument);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(PresetDocument))]
internal sealed partial class PresetJson : JsonSerializerContext;
