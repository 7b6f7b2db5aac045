using System.Text;
using System.Text.Json;

namespace LongTake.Evaluation.Reports;

/// <summary>
/// results.jsonl: one <see cref="VideoResult"/> a line, appended as videos are measured. A process that is stopped in the middle of a line
/// loses that line only: it is left out when the file is read and overwritten when the next result is appended.
/// </summary>
public static class ResultFile
{
    /// <summary>Name of the file in the folder of a comparison.</summary>
    public const string Name = "results.jsonl";

    /// <summary>Reads all results.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ReportException">It cannot be read, a line is no result, or two lines are of the same video.</exception>
    public static IReadOnlyList<VideoResult> Read(string path)
    {
        string[] lines = JsonLines.Read(path, "results");
        List<VideoResult> results = [];
        Dictionary<(string, string, string, double, ulong), int> seen = [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }
            VideoResult result = Parse(lines[i], path, i + 1);
            if (!seen.TryAdd(result.Key, i + 1))
            {
                throw new ReportException(
                    $"{path}: lines {seen[result.Key]} and {i + 1} are of the same video ({result.Method}, {result.Suite} {result.Item}, "
                    + $"seed {result.Seed}); delete one of them.");
            }
            results.Add(result);
        }
        return results;
    }

    /// <summary>Appends results; they are on disk when the call returns.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="results">The results.</param>
    /// <exception cref="ReportException">It cannot be written, or a figure is not finite.</exception>
    public static void Append(string path, params IEnumerable<VideoResult> results)
    {
        StringBuilder text = new();
        foreach (VideoResult result in results)
        {
            if (result.Figures.FirstOrDefault(f => !double.IsFinite(f.Value)).Key is string name)
            {
                throw new ReportException($"The figure {name} of {result.Method}, {result.Suite} {result.Item} is not finite; leave it out.");
            }
            text.Append(ToJson(result)).Append('\n');
        }
        JsonLines.Append(path, text.ToString(), "results");
    }

    /// <summary>A result as one line of JSON, without a line end.</summary>
    public static string ToJson(VideoResult result) => JsonSerializer.Serialize(result, VideoResultJson.Default.VideoResult);

    private static VideoResult Parse(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, VideoResultJson.Default.VideoResult)
                ?? throw new ReportException($"{path}, line {number}: this is no result.");
        }
        catch (JsonException e)
        {
            throw new ReportException($"{path}, line {number}: this is no result ({e.Message.ReplaceLineEndings(" ")}).", e);
        }
    }
}
