using LongTake.Evaluation.Shapes;
using LongTake.Generation.Video;

namespace LongTake.Evaluation.Comparisons;

/// <summary>A true video of the Shapes world, rendered frame by frame.</summary>
/// <param name="story">What is to be seen.</param>
internal sealed class StoryVideo(Story story) : IVideoReader
{
    private int _next;

    /// <inheritdoc/>
    public int FrameCount => story.FrameCount;

    /// <inheritdoc/>
    public int Height => ShapesWorld.Size;

    /// <inheritdoc/>
    public int Width => ShapesWorld.Size;

    /// <inheritdoc/>
    public double FramesPerSecond => story.FramesPerSecond;

    /// <inheritdoc/>
    public bool Read(Span<byte> frame)
    {
        if (_next == FrameCount)
        {
            return false;
        }
        story.RenderFrame(_next++, frame);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
