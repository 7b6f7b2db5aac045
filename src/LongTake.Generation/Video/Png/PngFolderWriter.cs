using System.Globalization;

namespace LongTake.Generation.Video;

/// <summary>Writes one PNG per frame into a folder: frame_000000.png and so on.</summary>
internal sealed class PngFolderWriter : VideoWriter
{
    private const string Pattern = "frame_*.png";

    private readonly string _folder;
    private readonly bool _madeFolder;
    private readonly PngEncoder _encoder;
    private readonly long _firstFrame;

    public PngFolderWriter(string folder, VideoFormat format, bool overwrite, long resumeAfter = 0)
        : base(folder, format, resumeAfter)
    {
        _folder = folder;
        _firstFrame = resumeAfter;
        _encoder = new PngEncoder(format.Width, format.Height);
        try
        {
            _madeFolder = !Directory.Exists(folder);
            Directory.CreateDirectory(folder);
            for (long frame = 0; frame < resumeAfter; frame++)
            {
                if (!File.Exists(PathOf(frame)))
                {
                    throw new VideoOutputException(
                        $"{folder} has fewer than the {resumeAfter} frames the journal counts; start again without --resume.");
                }
            }
            CheckSize(resumeAfter);

            // Later frames of an earlier or interrupted run do not belong to this video.
            string[] later = [.. Directory.EnumerateFiles(folder, Pattern).Where(f => NumberOf(f) >= resumeAfter)];
            if (later.Length > 0 && resumeAfter == 0 && !overwrite)
            {
                throw VideoOutput.Exists(folder);
            }
            foreach (string file in later)
            {
                File.Delete(file);
            }
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not VideoOutputException)
        {
            throw WriteError(folder, e);
        }
    }

    public override bool CanResume => true;

    protected override void Append(ReadOnlySpan<byte> rgb)
    {
        string path = PathOf(FramesWritten);
        string part = PartFile.PartPath(path);
        try
        {
            using (FileStream stream = File.Create(part))
            {
                PngWriter.Write(stream, Format.Width, Format.Height, rgb, _encoder);
            }
            File.Move(part, path, overwrite: true);
        }
        catch
        {
            PartFile.Delete(part);
            throw;
        }
    }

    protected override void FlushOutput()
    {
    }

    protected override void Finish()
    {
    }

    protected override void Abandon()
    {
        if (KeepPartial)
        {
            return;
        }
        for (long frame = _firstFrame; frame < FramesWritten; frame++)
        {
            PartFile.Delete(PathOf(frame));
        }
        try
        {
            if (_madeFolder)
            {
                Directory.Delete(_folder);
            }
        }
        catch (IOException)
        {
            // Somebody put a file of his own into it.
        }
    }

    private static long NumberOf(string path)
    {
        ReadOnlySpan<char> digits = Path.GetFileNameWithoutExtension(path.AsSpan())["frame_".Length..];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : -1;
    }

    private string PathOf(long frame) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"frame_{frame:D6}.png"));

    private void CheckSize(long frames)
    {
        if (frames > 0)
        {
            RgbImage last = PngReader.Load(PathOf(frames - 1));
            if (last.Width != Format.Width || last.Height != Format.Height)
            {
                throw new VideoOutputException(
                    $"{_folder} has frames of {last.Width}x{last.Height}, not {Format.Width}x{Format.Height}; "
                    + "start again without --resume.");
            }
        }
    }
}
