using System.Text.Json;
using System.Text.Json.Serialization;

namespace LongTake.Evaluation.Reports;

/// <summary>
/// costs.jsonl beside results.jsonl: what each video took to make. Times differ from run to run, results do not; apart, results of two
/// runs can be compared byte by byte.
/// </summary>
public static class CostFile
{
    /// <summary>Name of the file in the results' folder.</summary>
    public const string Name = "costs.jsonl";

    /// <summary>Appends the cost of a video; it is on disk when the call returns.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="result">The video.</param>
    /// <param name="cost">What it took.</param>
    /// <exception cref="ReportException">It cannot be written.</exception>
    public static void Append(string path, VideoResult result, ResultCost cost)
    {
        CostLine line = new(result.Method, result.Suite, result.Item, result.Length, result.Seed, cost);
        JsonLines.Append(path, JsonSerializer.Serialize(line, CostLineJson.Default.CostLine) + "\n", "costs");
    }

    /// <summary>The results with their costs; where a video was made twice, the later cost counts.</summary>
    /// <param name="results">The results.</param>
    /// <param name="path">The file of costs; when there is none, results keep what they have.</param>
    /// <exception cref="ReportException">It cannot be read, or a line is no cost.</exception>
    public static IReadOnlyList<VideoResult> AddTo(IReadOnlyList<VideoResult> results, string path)
    {
        if (!File.Exists(path))
        {
            return results;
        }
        Dictionary<(string, string, string, double, ulong), ResultCost> costs = [];
        foreach ((int number, string text) in JsonLines.Read(path, "costs").Index())
        {
            CostLine line;
            try
            {
                line = JsonSerializer.Deserialize(text, CostLineJson.Default.CostLine)
                    ?? throw new ReportException($"{path}, line {number + 1}: this is no cost.");
            }
            catch (JsonException e)
            {
                throw new ReportException($"{path}, line {number + 1}: this is no cost ({e.Message.ReplaceLineEndings(" ")}).", e);
            }
            costs[(line.Method, line.Suite, line.Item, line.Length, line.Seed)] = line.Cost;
        }
        return [.. results.Select(r => costs.TryGetValue(r.Key, out ResultCost? cost) ? r with { Cost = cost } : r)];
    }
}

/// <summary>A line of costs.jsonl.</summary>
internal sealed record CostLine(string Method, string Suite, string Item, double Length, ulong Seed, ResultCost Cost);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CostLine))]
internal sealed partial class CostLineJson : JsonSerializerContext;
