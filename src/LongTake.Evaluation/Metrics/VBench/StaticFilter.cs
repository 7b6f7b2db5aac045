namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// The rule by which VBench keeps only static videos before it measures flickering. Scores are means of the largest 2 % of RAFT's
/// magnitudes, of every frame. It waits for RAFT, which LongTake does not implement, and nothing applies it until then: <see cref="TemporalFlickeringMetric"/>
/// measures every video, as VBench does on prompts other than its own. Source: spec/metrics.md section 2.3.
/// </summary>
public static class StaticFilter
{
    /// <summary>Share of the flow magnitudes whose mean is a pair's score.</summary>
    public const double FlowShare = 0.02;

    /// <summary>Whether a video counts as static.</summary>
    /// <param name="pairs">One score for each of the T - 1 pairs of neighbours.</param>
    /// <param name="firstToLast">Score of the first and the last frame.</param>
    /// <param name="lastToFirst">Score of the last and the first frame.</param>
    /// <param name="height">Height of the frames.</param>
    /// <param name="width">Width of the frames.</param>
    public static bool IsStatic(ReadOnlySpan<double> pairs, double firstToLast, double lastToFirst, int height, int width)
    {
        double threshold = 3.0 * Math.Min(height, width) / 256;
        int allowed = (int)Math.Round(2 * (pairs.Length + 1) / 16.0);
        int moving = 0;
        foreach (double score in pairs)
        {
            moving += score > threshold ? 1 : 0;
        }
        return moving <= allowed && Math.Max(firstToLast, lastToFirst) <= 2 * allowed * threshold;
    }
}
