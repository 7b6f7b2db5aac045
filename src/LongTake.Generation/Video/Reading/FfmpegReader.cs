using System.ComponentModel;
using System.Diagnostics;

namespace LongTake.Generation.Video;

/// <summary>
/// Decodes through the ffmpeg program: raw frames are piped out of it as they are asked for and never stored. Every coded frame comes
/// exactly once, whatever its time stamp; rotation that the file asks players for is not applied.
/// </summary>
internal sealed class FfmpegReader : VideoReader
{
    private Process? _process;
    private LastLines? _said;

    public FfmpegReader(string path, VideoInputOptions options)
        : base(path) => Begin(() =>
    {
        (string ffmpeg, string ffprobe) = Programs(path, options.Ffmpeg);
        FfmpegProbe found = FfmpegProbe.Run(ffprobe, path);
        (FrameCount, Width, Height) = (found.FrameCount, found.Width, found.Height);
        if (FrameCount < 1)
        {
            throw new FormatException("there is no video in it");
        }
        FramesPerSecond = options.FramesPerSecond
            ?? (found.FramesPerSecond > 0 ? found.FramesPerSecond : throw new FormatException("it does not say its frame rate; give one"));
        Start(ffmpeg, path);
    });

    protected override void Next(Span<byte> frame)
    {
        if (_process!.StandardOutput.BaseStream.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length)
        {
            if (_process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                // Without a time limit this also waits for the rest of standard error.
                _process.WaitForExit();
            }
            throw new FormatException($"ffmpeg stopped at frame {Frame} of {FrameCount}: {_said}");
        }
    }

    protected override void Close()
    {
        if (_process is null)
        {
            return;
        }
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }
            _process.WaitForExit();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It is gone already, which is what was wanted.
        }
        _process.Dispose();
    }

    private void Start(string ffmpeg, string path)
    {
        ProcessStartInfo start = FfmpegProgram.StartInfo(ffmpeg);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        string[] arguments =
        [
            "-hide_banner", "-loglevel", "error", "-nostdin", "-noautorotate", .. FfmpegProbe.Local, "-threads", "1", "-i", "file:" + path,
            "-map", "0:V:0", "-fps_mode", "passthrough", "-sws_flags", "bicubic+accurate_rnd+full_chroma_int",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new FormatException($"{ffmpeg} cannot be started: {e.Message}", e);
        }
        _said = LastLines.Of(_process);
    }

    private static (string Ffmpeg, string Ffprobe) Programs(string path, string? given)
    {
        string? ffmpeg = given is null ? FfmpegProgram.Find() : FfmpegProgram.Resolve(given);
        string? ffprobe = FfmpegProgram.FindProbe(ffmpeg);
        return ffmpeg is null || ffprobe is null
            ? throw new VideoInputException(
                $"{path} needs the programs ffmpeg and ffprobe, and there is no {given ?? (ffmpeg is null ? "ffmpeg" : "ffprobe")}; "
                + "install them, or give a .png (animated), a .y4m or a folder of .png files.")
            : (ffmpeg, ffprobe);
    }
}
