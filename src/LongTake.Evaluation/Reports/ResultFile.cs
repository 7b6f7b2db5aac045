using System.Text;
using System.Text.Json;

namespace LongTake.Evaluation.Reports;

/// <summary>
/// results.jsonl: one <see cref="VideoResult"/> a line, appended as videos are measured. A process that is stopped in the middle of a line
/// loses that line only: it is left out when the file is read and overwritten when the next result is appended.
/// </summary>
public static class ResultFile
{
    /// <summary>Reads all results.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ReportException">It cannot be read, a line is no result, or two lines are of the same video.</exception>
    public static IReadOnlyList<VideoResult> Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllText(path).Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"The results {path} cannot be read: {e.Message}", e);
        }
        List<VideoResult> results = [];
        Dictionary<(string, string, string, double, ulong), int> seen = [];

        // What follows the last line end is empty, or a line that was never finished.
        for (int i = 0; i < lines.Length - 1; i++)
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
            text.Append(JsonSerializer.Serialize(result, VideoResultJson.Default.VideoResult)).Append('\n');
        }
        try
        {
            using FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            stream.Position = EndOfLastLine(stream);
            stream.SetLength(stream.Position);
            stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"The results {path} cannot be written: {e.Message}", e);
        }
    }

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

    private static long EndOfLastLine(FileStream stream)
    {
        byte[] buffer = new byte[4096];
        for (long end = stream.Length; end > 0;)
        {
            int count = (int)Math.Min(buffer.Length, end);
            stream.Position = end - count;
            stream.ReadExactly(buffer, 0, count);
            int at = Array.LastIndexOf(buffer, (byte)'\n', count - 1);
            if (at >= 0)
            {
                return end - count + at + 1;
            }
            end -= count;
        }
        return 0;
    }
}
