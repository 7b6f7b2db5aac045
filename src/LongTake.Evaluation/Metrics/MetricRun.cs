namespace LongTake.Evaluation.Metrics;

/// <summary>A measurement under way that counts its frames and refuses what the description did not promise. Base of the metrics here.</summary>
public abstract class MetricRun : IMetricRun
{
    /// <summary>Begins.</summary>
    /// <param name="video">What is measured.</param>
    /// <exception cref="ArgumentException">The description makes no sense.</exception>
    protected MetricRun(VideoDescription video)
    {
        video.Validate();
        Video = video;
    }

    /// <summary>What is measured.</summary>
    protected VideoDescription Video { get; }

    /// <summary>Frames taken so far.</summary>
    protected int Count { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The frame has another size.</exception>
    /// <exception cref="InvalidOperationException">There are more frames than the description promised.</exception>
    public void Add(ReadOnlySpan<byte> frame)
    {
        Check(Video, frame, Count);
        Take(frame, Count);
        Count++;
    }

    /// <summary>Refuses a frame of the wrong size, and one too many.</summary>
    /// <param name="video">What was promised.</param>
    /// <param name="frame">The next frame.</param>
    /// <param name="count">Frames before it.</param>
    internal static void Check(VideoDescription video, ReadOnlySpan<byte> frame, int count)
    {
        if (frame.Length != video.FrameBytes)
        {
            throw new ArgumentException(
                $"A frame of {video.Width}x{video.Height} is {video.FrameBytes} bytes ([H, W, 3]), this one {frame.Length}.", nameof(frame));
        }
        if (count == video.FrameCount)
        {
            throw new InvalidOperationException($"The description promised {video.FrameCount} frames; this is one more.");
        }
    }

    /// <inheritdoc/>
    public MetricResult Finish()
    {
        if (Count != Video.FrameCount)
        {
            throw new InvalidOperationException($"The description promised {Video.FrameCount} frames; {Count} were given.");
        }
        return Result();
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Takes a frame.</summary>
    /// <param name="frame">[H, W, 3] bytes, of the right size.</param>
    /// <param name="index">Its number, from 0.</param>
    protected abstract void Take(ReadOnlySpan<byte> frame, int index);

    /// <summary>Figures and curves, when all frames were taken.</summary>
    protected abstract MetricResult Result();
}
