namespace LongTake.Evaluation.Metrics.Drift;

/// <summary>A score of single pictures (imaging quality, for example); <see cref="FrameScoreMetric"/> makes a metric of it.</summary>
public interface IFrameScore
{
    /// <summary>Name, direction and meaning of its mean over a video.</summary>
    MetricColumn Column { get; }

    /// <summary>As for <see cref="IVideoMetric.CanRunBeside"/>.</summary>
    bool CanRunBeside => false;

    /// <summary>Why it cannot be had for such a video; null when it can.</summary>
    /// <param name="video">The video.</param>
    string? WhyNot(VideoDescription video);

    /// <summary>Begins a video.</summary>
    /// <param name="video">The video.</param>
    IFrameScorer Start(VideoDescription video);
}

/// <summary>Scores the pictures of one video.</summary>
public interface IFrameScorer : IDisposable
{
    /// <summary>The score of a picture, in [0, 1].</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    double Score(ReadOnlySpan<byte> frame);
}
