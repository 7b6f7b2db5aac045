namespace LongTake.Generation.Video;

/// <summary>
/// A video whose frames are read one after the other and never stored. Count, size and rate are known before the first frame, and the
/// reader keeps its word: it gives exactly <see cref="FrameCount"/> frames of that size, or fails.
/// </summary>
public interface IVideoReader : IDisposable
{
    /// <summary>Frames T, at least 1.</summary>
    int FrameCount { get; }

    /// <summary>Height H in pixels.</summary>
    int Height { get; }

    /// <summary>Width W in pixels.</summary>
    int Width { get; }

    /// <summary>Frames a second; not always whole (24000/1001).</summary>
    double FramesPerSecond { get; }

    /// <summary>Reads the next frame.</summary>
    /// <param name="frame">Receives [H, W, 3] bytes, red first.</param>
    /// <returns>False after the last frame; <paramref name="frame"/> is then untouched.</returns>
    /// <exception cref="ArgumentException">The span is not as long as a frame.</exception>
    /// <exception cref="VideoInputException">The video is damaged, cut off, or changes its size.</exception>
    bool Read(Span<byte> frame);
}

/// <summary>A video that cannot be read. The message is one line: which file, what is wrong with it, and the remedy where there is one.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class VideoInputException(string message, Exception? inner = null) : IOException(message, inner);
