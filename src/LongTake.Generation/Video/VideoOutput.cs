namespace LongTake.Generation.Video;

/// <summary>How a video is written.</summary>
public sealed class VideoOutputOptions
{
    /// <summary>Every pixel becomes a square of this many pixels, 1 (as generated) to 64. Default 1.</summary>
    public int Scale { get; init; } = 1;

    /// <summary>Whether an output of the same name may be replaced. Default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether an unfinished output stays (as name.part) for <see cref="VideoOutput.Resume"/>. Default false.</summary>
    public bool KeepPartial { get; init; }

    /// <summary>Colour of .y4m files.</summary>
    public Y4mOptions Y4m { get; init; } = new();

    /// <summary>The ffmpeg program, for .mp4 and .webm; null (the default) looks for it in PATH.</summary>
    public string? Ffmpeg { get; init; }

    internal void Validate()
    {
        if (Scale is < 1 or > 64)
        {
            throw new ArgumentOutOfRangeException(nameof(Scale), Scale, "The scale must be between 1 and 64.");
        }
    }
}

/// <summary>
/// Opens video outputs; the name decides the format. .mp4 and .webm need the ffmpeg program, .png and .apng (animated PNG,
/// lossless), .y4m and a folder of PNG frames need nothing.
/// </summary>
public static class VideoOutput
{
    private enum Kind
    {
        Ffmpeg,
        AnimatedPng,
        Y4m,
        Folder,
    }

    /// <summary>".mp4" where ffmpeg is found, ".png" (animated) otherwise.</summary>
    public static string DefaultExtension => FfmpegProgram.Find() is null ? ".png" : ".mp4";

    /// <summary>Starts a new video.</summary>
    /// <param name="path">File with one of the extensions above, or a folder (no extension, or a separator at the end).</param>
    /// <param name="format">Size and rate of the frames to come, before scaling.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="VideoOutputException">
    /// The extension is not supported, ffmpeg is missing, the output exists, or it cannot be made; one line that names the remedy.
    /// </exception>
    public static IVideoWriter Create(string path, VideoFormat format, VideoOutputOptions? options = null)
    {
        options ??= new VideoOutputOptions();
        options.Validate();
        format.Validate();
        Kind kind = KindOf(path);
        if (kind != Kind.Folder && File.Exists(path) && !options.Overwrite)
        {
            throw Exists(path);
        }
        VideoFormat scaled = format.Scaled(options.Scale);
        IVideoWriter writer = kind switch
        {
            Kind.Ffmpeg => new FfmpegWriter(path, scaled, FindFfmpeg(path, options.Ffmpeg)),
            Kind.AnimatedPng => new AnimatedPngWriter(path, scaled),
            Kind.Y4m => new Y4mWriter(path, scaled, options.Y4m),
            _ => new PngFolderWriter(path, scaled, options.Overwrite),
        };
        writer.KeepPartial = options.KeepPartial;
        return options.Scale == 1 ? writer : new ScaledVideoWriter(writer, format, options.Scale);
    }

    /// <summary>Whether <see cref="Resume"/> can go on with an output of that name after the frames already in it.</summary>
    /// <exception cref="VideoOutputException">The extension is not supported.</exception>
    public static bool CanResume(string path) => KindOf(path) != Kind.Ffmpeg;

    /// <summary>
    /// Goes on with a video after its first <paramref name="frames"/> frames; what follows them is cut off. The finished file is
    /// byte for byte what an uninterrupted run writes. Outputs that pass through ffmpeg cannot: <see cref="Create"/> them again
    /// with <see cref="VideoOutputOptions.Overwrite"/> and write all frames.
    /// </summary>
    /// <exception cref="VideoOutputException">There is no such video, or it is shorter or of another format.</exception>
    public static IVideoWriter Resume(string path, VideoFormat format, long frames, VideoOutputOptions? options = null)
    {
        options ??= new VideoOutputOptions();
        options.Validate();
        format.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        VideoFormat scaled = format.Scaled(options.Scale);
        IVideoWriter writer = KindOf(path) switch
        {
            Kind.AnimatedPng => AnimatedPngWriter.Resume(path, scaled, frames),
            Kind.Y4m => Y4mWriter.Resume(path, scaled, options.Y4m, frames),
            Kind.Folder => new PngFolderWriter(path, scaled, overwrite: true, frames),
            _ => throw new VideoOutputException(
                $"{path} passes through an encoder and cannot be continued; its frames have to be written again."),
        };
        writer.KeepPartial = true;
        return options.Scale == 1 ? writer : new ScaledVideoWriter(writer, format, options.Scale);
    }

    /// <summary>The error for an output that is there already.</summary>
    public static VideoOutputException Exists(string path) =>
        new($"{path} exists already; pass --overwrite or choose another --output.");

    private static Kind KindOf(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new VideoOutputException("The output has no name; pass --output FILE.");
        }
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
        {
            return Kind.Folder;
        }
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".mp4" or ".webm" => Kind.Ffmpeg,
            ".png" or ".apng" => Kind.AnimatedPng,
            ".y4m" => Kind.Y4m,
            "" => Kind.Folder,
            string extension => throw new VideoOutputException(
                $"{path}: videos of type \"{extension}\" cannot be written; use .mp4, .webm, .png (animated), .y4m or a folder."),
        };
    }

    private static string FindFfmpeg(string path, string? given) => given is null
        ? FfmpegProgram.Find() ?? throw new VideoOutputException(
            $"{path} needs the ffmpeg program, which is not in PATH; install it, or write .png (animated), .y4m or a folder.")
        : FfmpegProgram.Resolve(given) ?? throw new VideoOutputException(
            $"There is no ffmpeg program {given}; name another, or write .png (animated), .y4m or a folder.");
}
