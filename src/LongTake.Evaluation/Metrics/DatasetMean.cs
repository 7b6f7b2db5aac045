namespace LongTake.Evaluation.Metrics;

/// <summary>
/// Means of a score over the videos of a data set. VBench takes one or the other depending on how many processes it runs in; they differ when
/// lengths do. Source: spec/metrics.md section 2.1.
/// </summary>
public static class DatasetMean
{
    /// <summary>Every video counts the same: the one to print.</summary>
    /// <param name="scores">One score a video; at least one.</param>
    public static double OverVideos(IReadOnlyCollection<double> scores) => scores.Average();

    /// <summary>Every frame counts the same: long videos weigh more.</summary>
    /// <param name="scores">Score and number of frame scores of each video.</param>
    /// <exception cref="ArgumentException">There are no frames.</exception>
    public static double OverFrames(IReadOnlyCollection<(double Score, int Frames)> scores)
    {
        long frames = scores.Sum(s => (long)s.Frames);
        return frames > 0 ? scores.Sum(s => s.Score * s.Frames) / frames
            : throw new ArgumentException("A mean over frames needs at least one frame.", nameof(scores));
    }
}
