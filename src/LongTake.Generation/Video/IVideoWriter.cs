namespace LongTake.Generation.Video;

/// <summary>
/// Where decoded frames go, one after the other, while generation is still running. A writer that is disposed before
/// <see cref="Complete"/> leaves nothing under the output's name.
/// </summary>
public interface IVideoWriter : IDisposable
{
    /// <summary>Size and rate of the frames that <see cref="WriteFrame"/> takes.</summary>
    VideoFormat Format { get; }

    /// <summary>Frames in the output so far, those before a resume included.</summary>
    long FramesWritten { get; }

    /// <summary>
    /// Whether <see cref="VideoOutput.Resume"/> can go on after the frames already there. Formats that pass through an encoder
    /// cannot: their frames have to be written again from the first.
    /// </summary>
    bool CanResume { get; }

    /// <summary>
    /// Whether an output that is disposed before <see cref="Complete"/> stays (as name.part) for <see cref="VideoOutput.Resume"/>.
    /// May be set at any time; encoded outputs, which cannot be continued, never stay.
    /// </summary>
    bool KeepPartial { get; set; }

    /// <summary>Appends a frame.</summary>
    /// <param name="rgb">[H, W, 3] bytes.</param>
    /// <exception cref="ArgumentException">The span is not as long as a frame.</exception>
    /// <exception cref="VideoOutputException">The output cannot be written (disk full, encoder died).</exception>
    void WriteFrame(ReadOnlySpan<byte> rgb);

    /// <summary>Hands everything written so far to the operating system, so that it survives the end of this process.</summary>
    /// <exception cref="VideoOutputException">The output cannot be written.</exception>
    void Flush();

    /// <summary>Closes the video; from here on it exists under its name. No frame can follow.</summary>
    /// <exception cref="VideoOutputException">The output cannot be written, or there is no frame in it.</exception>
    void Complete();
}

/// <summary>Size and rate of a video.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="FramesPerSecond">Frame rate.</param>
public readonly record struct VideoFormat(int Width, int Height, int FramesPerSecond)
{
    /// <summary>Bytes of one RGB frame.</summary>
    public int FrameBytes => checked(Width * Height * 3);

    /// <summary>The format with every pixel repeated <paramref name="scale"/> times in both directions.</summary>
    public VideoFormat Scaled(int scale) => this with { Width = Width * scale, Height = Height * scale };

    internal void Validate()
    {
        if (Width < 1 || Height < 1 || FramesPerSecond < 1)
        {
            throw new ArgumentException($"A video of {Width}x{Height} at {FramesPerSecond} frames per second cannot be written.");
        }
    }
}

/// <summary>A video that cannot be written or read. The message is one line: what, why, and the remedy where there is one.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class VideoOutputException(string message, Exception? inner = null) : IOException(message, inner);
