using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LongTake.Generation.Video;

/// <summary>
/// What ffprobe finds when it decodes a video once. Containers state a frame count that players do not rely on (and .webm states
/// none), so frames are counted as they are decoded; that also finds damage and changes of size before anything is measured.
/// </summary>
/// <param name="FrameCount">Frames.</param>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="FramesPerSecond">Mean frame rate; 0 when the file does not say.</param>
internal sealed record FfmpegProbe(int FrameCount, int Width, int Height, double FramesPerSecond)
{
    /// <summary>Options that keep both programs to one local file: a playlist cannot make them open anything else.</summary>
    public static readonly string[] Local = ["-protocol_whitelist", "file"];

    /// <summary>Looks into a file.</summary>
    /// <exception cref="FormatException">It is no video, damaged, cut off, or changes its size.</exception>
    public static FfmpegProbe Run(string ffprobe, string path)
    {
        ProcessStartInfo start = FfmpegProgram.StartInfo(ffprobe);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (string argument in Arguments(path))
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            using Process process = Process.Start(start)!;
            LastLines said = LastLines.Of(process);
            FfmpegProbe found = Parse(process.StandardOutput);
            process.WaitForExit();
            if (process.ExitCode != 0 || said.Any)
            {
                throw new FormatException(
                    $"ffprobe says: {said.ToString().Replace("file:" + path, path, StringComparison.Ordinal).TrimEnd('.')}. "
                    + "It is no video or damaged; make it again or convert it");
            }
            return found;
        }
        catch (Win32Exception e)
        {
            throw new FormatException($"{ffprobe} cannot be started: {e.Message}", e);
        }
    }

    /// <summary>Reads one line a frame, then one for the stream: <c>frame|width=64|height=64</c>.</summary>
    internal static FfmpegProbe Parse(TextReader lines)
    {
        int count = 0, width = 0, height = 0;
        double rate = 0;
        string? mixed = null;
        while (lines.ReadLine() is string line)
        {
            string[] fields = line.Split('|');
            if (fields[0] == "frame")
            {
                int w = Number(fields, "width="), h = Number(fields, "height=");
                (width, height) = count == 0 ? (w, h) : (width, height);
                if ((w, h) != (width, height))
                {
                    mixed ??= $"its frames are {width}x{height} at first and {w}x{h} from frame {count} on; give all of them one size";
                }
                count++;
            }
            else if (fields[0] == "stream")
            {
                rate = Rate(fields, "avg_frame_rate=") is > 0 and double mean ? mean : Rate(fields, "r_frame_rate=");
            }
        }
        return mixed is null ? new FfmpegProbe(count, width, height, rate) : throw new FormatException(mixed);
    }

    private static string[] Arguments(string path) =>
    [
        "-v", "error", .. Local, "-threads", "1", "-select_streams", "V:0", "-show_frames", "-show_streams",
        "-show_entries", "frame=width,height:stream=avg_frame_rate,r_frame_rate", "-of", "compact", "-i", "file:" + path,
    ];

    /// <summary>The leading digits: side data of a frame follows the last field without a separator.</summary>
    private static int Number(string[] fields, string key)
    {
        string text = Value(fields, key);
        int end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
    }

    private static double Rate(string[] fields, string key)
    {
        string[] parts = Value(fields, key).Split('/');
        return parts.Length == 2
            && double.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out double over)
            && double.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out double under)
            && under > 0 ? over / under : 0;
    }

    private static string Value(string[] fields, string key)
    {
        foreach (string field in fields)
        {
            if (field.StartsWith(key, StringComparison.Ordinal))
            {
                return field[key.Length..];
            }
        }
        return "";
    }
}
