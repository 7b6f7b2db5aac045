namespace LongTake.Generation.Video;

/// <summary>How a video is read.</summary>
public sealed record VideoInputOptions
{
    /// <summary>The default frame rate of folders and still pictures, which have none of their own.</summary>
    public const double DefaultFolderRate = 16;

    /// <summary>
    /// Frames a second, above 0 and at most 1000. Null (the default) takes the rate that the file declares, and for a folder of pictures
    /// or a still picture <see cref="DefaultFolderRate"/>, the rate of the Wan 2.1 models.
    /// </summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>
    /// Matrix of .y4m files, BT.601 by default; the format cannot say which one it is (see <see cref="Y4mOptions.Matrix"/>).
    /// </summary>
    public ColourMatrix Y4mMatrix { get; init; } = ColourMatrix.Bt601;

    /// <summary>The ffmpeg program (5.1 or later); null (the default) looks for it in PATH. ffprobe is looked for beside it, then in PATH.</summary>
    public string? Ffmpeg { get; init; }

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (FramesPerSecond is not (null or (> 0 and <= 1000)))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The frame rate is {FramesPerSecond}; it must be above 0 and at most 1000."));
        }
        if (!Enum.IsDefined(Y4mMatrix))
        {
            throw new ArgumentException($"There is no colour matrix {Y4mMatrix}; use Bt601 or Bt709.");
        }
    }
}

/// <summary>
/// Opens videos. PNG (still or animated), YUV4MPEG2 and folders of PNG pictures are read here; everything else (.mp4, .webm and what
/// else ffmpeg knows) comes through the ffmpeg program. What a file is decides its content, not its name.
/// </summary>
public static class VideoInput
{
    /// <summary>Opens a video.</summary>
    /// <param name="path">File, or folder of .png files, which are taken in natural order (frame_9 before frame_10).</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="VideoInputException">
    /// There is no such video, it is damaged, cut off, empty or of mixed sizes, or ffmpeg is missing; one line that names the remedy.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IVideoReader Open(string path, VideoInputOptions? options = null)
    {
        options ??= new VideoInputOptions();
        options.Validate();
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new VideoInputException("The video has no name; name a file or a folder.");
        }
        if (Directory.Exists(path))
        {
            return new PngFolderReader(path, options);
        }
        FileStream stream;
        byte[] start = new byte[10];
        int length;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VideoInputException($"There is no video {path}.", e);
        }
        catch (Exception e) when (VideoReader.IsReadFailure(e))
        {
            throw new VideoInputException($"{path} cannot be read: {e.Message}", e);
        }
        if (length == 0)
        {
            stream.Dispose();
            throw new VideoInputException($"{path} is empty.");
        }
        string extension = Path.GetExtension(path).ToLowerInvariant();
        if (start.AsSpan(0, 8).SequenceEqual(PngChunks.Signature) || extension is ".png" or ".apng")
        {
            return new PngVideoReader(path, stream, options);
        }
        if (start.AsSpan().StartsWith("YUV4MPEG2"u8) || extension == ".y4m")
        {
            return new Y4mReader(path, stream, options);
        }
        stream.Dispose();
        return new FfmpegReader(path, options);
    }
}
