namespace LongTake.Evaluation.Metrics;

/// <summary>
/// A metric that looks at frames through something costly which other metrics need as well (the readings of the analyser, the features of
/// a network). A <see cref="MetricSet"/> computes it once for all that have the same key.
/// </summary>
public interface ISharingMetric : IVideoMetric
{
    /// <summary>What it looks through: metrics with equal keys can share.</summary>
    object ShareKey { get; }

    /// <summary>Begins what is shared.</summary>
    /// <param name="video">The video; <see cref="IVideoMetric.WhyNot"/> is null for it.</param>
    ISharedFrames Share(VideoDescription video);

    /// <summary>Begins a measurement that uses what is shared. Every frame is given to <paramref name="shared"/> first, then to the measurement.</summary>
    /// <param name="video">The video.</param>
    /// <param name="shared">From <see cref="Share"/> of this metric or of one with an equal key; stays the caller's.</param>
    IMetricRun Start(VideoDescription video, ISharedFrames shared);
}

/// <summary>What several metrics need of the frames of one video.</summary>
public interface ISharedFrames : IDisposable
{
    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">[H, W, 3] bytes; valid during the call only.</param>
    void Add(ReadOnlySpan<byte> frame);
}
