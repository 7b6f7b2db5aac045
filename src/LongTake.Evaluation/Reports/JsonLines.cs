using System.Text;

namespace LongTake.Evaluation.Reports;

/// <summary>
/// Files of one JSON value a line that grow while work goes on. A process that is stopped in the middle of a line loses that line only: it is
/// left out when the file is read and overwritten when the next is appended.
/// </summary>
internal static class JsonLines
{
    /// <summary>All finished lines.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, for messages.</param>
    /// <exception cref="ReportException">It cannot be read.</exception>
    public static string[] Read(string path, string what)
    {
        try
        {
            // What follows the last line end is empty, or a line that was never finished.
            return File.ReadAllText(path).Split('\n')[..^1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"The {what} {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Appends finished lines; they are on disk when the call returns.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="lines">Each with its line end.</param>
    /// <param name="what">What the file holds, for messages.</param>
    /// <exception cref="ReportException">It cannot be written.</exception>
    public static void Append(string path, string lines, string what)
    {
        try
        {
            using FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            stream.Position = EndOfLastLine(stream);
            stream.SetLength(stream.Position);
            stream.Write(Encoding.UTF8.GetBytes(lines));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"The {what} {path} cannot be written: {e.Message}", e);
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
