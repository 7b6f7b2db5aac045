namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>The rule by which VBench calls a video dynamic. Source: spec/metrics.md section 2.5.</summary>
public static class DynamicDegree
{
    /// <summary>Share of the flow magnitudes whose mean is a pair's score.</summary>
    public const double FlowShare = 0.05;

    /// <summary>Every how many frames one is kept, for about 8 a second; halves round to even.</summary>
    public static int Stride(double framesPerSecond) => Math.Max(1, (int)Math.Round(framesPerSecond / 8));

    /// <summary>Frames kept of so many.</summary>
    public static int Kept(int frames, double framesPerSecond) => (frames + Stride(framesPerSecond) - 1) / Stride(framesPerSecond);

    /// <summary>What a pair's score must exceed, in pixels.</summary>
    public static double Threshold(int height, int width) => 6.0 * Math.Min(height, width) / 256;

    /// <summary>How many pairs must, of a video of which so many frames were kept; halves round to even.</summary>
    public static int Need(int kept) => (int)Math.Round(4 * kept / 16.0);

    /// <summary>Whether a video is dynamic. With two kept frames or fewer nothing is needed, and every video is.</summary>
    /// <param name="scores">One score for each pair of neighbours among the kept frames.</param>
    /// <param name="height">Height of the frames.</param>
    /// <param name="width">Width of the frames.</param>
    public static bool IsDynamic(ReadOnlySpan<double> scores, int height, int width)
    {
        double threshold = Threshold(height, width);
        int moving = 0;
        foreach (double score in scores)
        {
            moving += score > threshold ? 1 : 0;
        }
        return moving >= Need(scores.Length + 1);
    }
}
