using System.Text.Json;
using System.Text.Json.Serialization;
using LongTake.Evaluation.Reports;

namespace LongTake.Evaluation.Comparisons;

/// <summary>
/// What all results of a folder have in common (comparison.json): a comparison that is continued must not mix models or metrics.
/// </summary>
public sealed record ComparisonStamp
{
    /// <summary>Name of the file in the results' folder.</summary>
    public const string FileName = "comparison.json";

    /// <summary>The model, as its folder is called.</summary>
    public required string Model { get; init; }

    /// <summary>Digest of its files.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>Its sampler.</summary>
    public required string Sampler { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Names of the metrics, those without weights left out.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>Frames after which the model might repeat itself, as the NoRepeat score was told; null where it was not.</summary>
    public int? RepeatPeriodFrames { get; init; }

    /// <summary>Extension of kept videos, such as <c>.mp4</c>.</summary>
    public required string VideoExtension { get; init; }

    /// <summary>Writes the stamp into a folder, or compares it with the one that is there.</summary>
    /// <param name="folder">The results' folder.</param>
    /// <returns>The stamp in force: videos go on to be written as those that are there.</returns>
    /// <exception cref="ReportException">The folder holds results of another comparison; the message says what differs.</exception>
    public ComparisonStamp Apply(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            string part = path + ".part";
            File.WriteAllText(part, JsonSerializer.Serialize(this, ComparisonStampJson.Default.ComparisonStamp) + "\n");
            File.Move(part, path);
            return this;
        }
        ComparisonStamp found;
        try
        {
            found = JsonSerializer.Deserialize(File.ReadAllText(path), ComparisonStampJson.Default.ComparisonStamp)
                ?? throw new ReportException($"{path} is empty; name another --output.");
        }
        catch (JsonException e)
        {
            throw new ReportException($"{path} is no description of a comparison; name another --output.", e);
        }
        string[] differences = [.. Differences(found)];
        if (differences.Length > 0)
        {
            throw new ReportException(
                $"The folder {folder} holds another comparison ({string.Join("; ", differences)}); name another --output, or delete the folder.");
        }
        return this with { VideoExtension = found.VideoExtension };
    }

    private IEnumerable<string> Differences(ComparisonStamp found)
    {
        if (found.ModelFingerprint != ModelFingerprint)
        {
            yield return found.Model == Model ? $"other weights in {Model}" : $"model {found.Model}, not {Model}";
        }
        foreach ((string name, string there, string asked) in new[]
        {
            ("sampler", found.Sampler, Sampler),
            ("version", found.Version, Version),
            ("metrics", string.Join(", ", found.Metrics), string.Join(", ", Metrics)),
            ("repeat period", FramesOf(found), FramesOf(this)),
        })
        {
            if (there != asked)
            {
                yield return $"{name} {there}, not {asked}";
            }
        }
    }

    private static string FramesOf(ComparisonStamp stamp) => stamp.RepeatPeriodFrames is int frames ? $"{frames} frames" : "none";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ComparisonStamp))]
internal sealed partial class ComparisonStampJson : JsonSerializerContext;
