using LongTake.Generation.Video;

namespace LongTake.Evaluation.Comparisons;

/// <summary>A long video of short clips, one after the other: the controls "frozen", "loop" and "restart".</summary>
/// <param name="frames">Frames of the video.</param>
/// <param name="format">Size and rate.</param>
/// <param name="clipFrames">Frames shown of each clip.</param>
/// <param name="clip">Clip number i, [F, H, W, 3] bytes with at least so many frames; asked for in order.</param>
internal sealed class ClipVideo(int frames, VideoFormat format, int clipFrames, Func<int, byte[]> clip) : IVideoReader
{
    private byte[] _clip = [];
    private int _next;

    /// <inheritdoc/>
    public int FrameCount => frames;

    /// <inheritdoc/>
    public int Height => format.Height;

    /// <inheritdoc/>
    public int Width => format.Width;

    /// <inheritdoc/>
    public double FramesPerSecond => format.FramesPerSecond;

    /// <inheritdoc/>
    public bool Read(Span<byte> frame)
    {
        if (_next == frames)
        {
            return false;
        }
        if (_next % clipFrames == 0)
        {
            _clip = clip(_next / clipFrames);
        }
        _clip.AsSpan(_next % clipFrames * format.FrameBytes, format.FrameBytes).CopyTo(frame);
        _next++;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
