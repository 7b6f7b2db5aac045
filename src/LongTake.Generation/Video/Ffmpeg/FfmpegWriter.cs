using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LongTake.Generation.Video;

/// <summary>
/// Encodes through the ffmpeg program: raw frames are piped into it and never stored. The number of encoder threads is fixed
/// and no date is written, so that the same frames make the same file. An encoder's state cannot be taken up again, so these
/// outputs do not resume: the caller writes the frames again from the first (decoding kept latents is cheap beside making
/// them) and the file comes out the same.
/// </summary>
internal sealed class FfmpegWriter : VideoWriter
{
    private readonly Process _process;
    private readonly Stream _input;
    private readonly string _part;
    private readonly LastLines _said;

    public FfmpegWriter(string path, VideoFormat format, string ffmpeg)
        : base(path, format, 0)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        if (format.Width % 2 != 0 || format.Height % 2 != 0)
        {
            throw new VideoOutputException(
                $"{extension} needs an even width and height, not {format.Width}x{format.Height}; "
                + "use an even --scale or a .png, .y4m or folder output.");
        }
        _part = PartFile.PartPath(path);

        // Made here and not by ffmpeg, so that a place that cannot be written is reported at once and like everywhere else.
        PartFile.Create(path).Stream.Dispose();
        ProcessStartInfo start = FfmpegProgram.StartInfo(ffmpeg);
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        foreach (string argument in Arguments(extension, format, _part))
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            PartFile.Delete(_part);
            throw new VideoOutputException($"{ffmpeg} cannot be started: {e.Message}. Use a .png, .y4m or folder output.", e);
        }
        _said = LastLines.Of(_process);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _input = _process.StandardInput.BaseStream;
    }

    public override bool CanResume => false;

    /// <summary>Number of the encoder's process.</summary>
    internal int ProcessId => _process.Id;

    protected override void Append(ReadOnlySpan<byte> rgb) => _input.Write(rgb);

    protected override void FlushOutput() => _input.Flush();

    protected override void Finish()
    {
        _input.Dispose();
        _process.WaitForExit();
        if (_process.ExitCode != 0)
        {
            throw Failure(new IOException("the encoder failed"));
        }
        _process.Dispose();
        File.Move(_part, Name, overwrite: true);
    }

    protected override void Abandon()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }
            _process.WaitForExit();
            _process.Dispose();
            _input.Dispose();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or Win32Exception)
        {
            // It is gone already, which is what was wanted.
        }
        PartFile.Delete(_part);
    }

    /// <summary>The pipe is broken: says what ffmpeg said last rather than that a pipe is broken.</summary>
    protected override VideoOutputException Failure(Exception cause)
    {
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            return WriteError(Name, cause);
        }

        // Without a time limit this also waits for the rest of standard error.
        _process.WaitForExit();
        string said = _said.ToString();
        string remedy = said.Contains("No space left", StringComparison.OrdinalIgnoreCase)
            ? "Free some space or choose another place with --output."
            : "Try a .png, .y4m or folder output, which need no encoder.";
        return new VideoOutputException(
            $"ffmpeg stopped with exit code {_process.ExitCode} while it wrote {Name} (frame {FramesWritten}): "
            + $"{said.TrimEnd('.')}. {remedy}",
            cause);
    }

    private static IEnumerable<string> Arguments(string extension, VideoFormat format, string output)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{format.Width}x{format.Height}");
        string rate = format.FramesPerSecond.ToString(CultureInfo.InvariantCulture);
        string[] input =
        [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", size, "-framerate", rate, "-i", "pipe:0",
        ];

        // BT.709 converted and declared, so that players show the colours that were generated.
        string[] colour =
        [
            "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        ];
        string[] codec = extension == ".webm"
            ? ["-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "0", "-f", "webm"]
            : ["-c:v", "libx264", "-preset", "medium", "-crf", "18", "-movflags", "+faststart", "-f", "mp4"];
        string[] same = ["-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"];
        return [.. input, .. colour, .. same, .. codec, output];
    }
}
