namespace LongTake.Evaluation.Analysis;

/// <summary>
/// How a per-frame score changes over a video, in points of 100. With Q(a, b) for its mean over the seconds a to b and D for the duration.
/// Source: spec/metrics.md section 5; the names there in brackets.
/// </summary>
public sealed record DriftScores
{
    /// <summary>Length of a segment in seconds.</summary>
    public const int SegmentSeconds = 2;

    /// <summary>Q(D - 5, D) - Q(0, 5), end minus start: negative when the score falls.</summary>
    public double Change => -Signed5s;

    /// <summary>Q(0, 5) - Q(D - 5, D): positive when the score falls (<c>drift.abs5s</c> with its sign).</summary>
    public required double Signed5s { get; init; }

    /// <summary>Its absolute value (<c>drift.abs5s</c>).</summary>
    public double Abs5s => Math.Abs(Signed5s);

    /// <summary>First minus last 15 % of the video, absolute (<c>drift.contrast15</c>).</summary>
    public required double Contrast15 { get; init; }

    /// <summary>First minus last segment of 2 s (<c>drift.signed2s</c>, k = 1).</summary>
    public required double Signed2s { get; init; }

    /// <summary>First five minus last five segments (<c>drift.signed2s</c>, k = 5), or as many as there are.</summary>
    public required double Signed2sOfFive { get; init; }

    /// <summary>Standard deviation of the segments (<c>drift.segstd</c>).</summary>
    public required double SegmentDeviation { get; init; }

    /// <summary>Least-squares slope of the segments in points per minute (<c>drift.slope</c>).</summary>
    public required double Slope { get; init; }

    /// <summary>Start in seconds of the first segment below half of the first one; D if there is none (<c>drift.halflife</c>).</summary>
    public required double HalfLife { get; init; }

    /// <summary>First segment minus the worst (<c>drift.worst</c>).</summary>
    public required double Worst { get; init; }

    /// <summary>Measures a score.</summary>
    /// <param name="score">One value a frame, in [0, 1]; at least one.</param>
    /// <param name="framesPerSecond">Frame rate.</param>
    public static DriftScores Of(ReadOnlySpan<double> score, double framesPerSecond)
    {
        double[] segments = Segments(score, framesPerSecond);
        int ends = Math.Clamp((int)Math.Round(5 * framesPerSecond), 1, score.Length);
        int share = Math.Max(1, (int)(0.15 * score.Length));
        int five = Math.Min(5, segments.Length);
        int half = Array.FindIndex(segments, s => s < segments[0] / 2);
        return new DriftScores
        {
            Signed5s = 100 * (Mean(score[..ends]) - Mean(score[^ends..])),
            Contrast15 = 100 * Math.Abs(Mean(score[..share]) - Mean(score[^share..])),
            Signed2s = 100 * (segments[0] - segments[^1]),
            Signed2sOfFive = 100 * (Mean(segments.AsSpan(0, five)) - Mean(segments.AsSpan(segments.Length - five))),
            SegmentDeviation = 100 * Deviation(segments),
            Slope = 100 * SlopeOf(segments) * 60 / SegmentSeconds,
            HalfLife = half < 0 ? score.Length / framesPerSecond : (double)half * SegmentSeconds,
            Worst = 100 * (segments[0] - segments.Min()),
        };
    }

    /// <summary>Means over consecutive segments of 2 s; a shorter rest of less than 1 s belongs to the last one.</summary>
    public static double[] Segments(ReadOnlySpan<double> score, double framesPerSecond)
    {
        int length = Math.Max(1, (int)Math.Round(SegmentSeconds * framesPerSecond));
        double[] means = new double[Math.Max(1, (score.Length + length / 2) / length)];
        for (int i = 0; i < means.Length; i++)
        {
            means[i] = Mean(i + 1 < means.Length ? score.Slice(i * length, length) : score[(i * length)..]);
        }
        return means;
    }

    internal static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }
        return sum / values.Length;
    }

    private static double Deviation(double[] values)
    {
        double mean = Mean(values);
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length);
    }

    /// <summary>Per segment.</summary>
    private static double SlopeOf(double[] values)
    {
        double middle = (values.Length - 1) / 2.0, product = 0, square = 0;
        for (int i = 0; i < values.Length; i++)
        {
            product += (i - middle) * values[i];
            square += (i - middle) * (i - middle);
        }
        return square > 0 ? product / square : 0;
    }
}
