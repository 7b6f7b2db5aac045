using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Drift;

/// <summary>The windows of time that tables show, so that videos of different length can be compared. Source: spec/metrics.md section 5.</summary>
public static class ReportingGrid
{
    /// <summary>Seconds from and to: 0-5, 5-10, 10-30, 30-60, 60-120, 120-240.</summary>
    public static IReadOnlyList<(int From, int To)> Windows { get; } = [(0, 5), (5, 10), (10, 30), (30, 60), (60, 120), (120, 240)];

    /// <summary>Mean of a score in each window, over the frames that the video has there; NaN where it has none.</summary>
    /// <param name="score">One value a frame.</param>
    /// <param name="framesPerSecond">Frame rate.</param>
    public static double[] Means(ReadOnlySpan<double> score, double framesPerSecond)
    {
        double[] means = new double[Windows.Count];
        for (int i = 0; i < means.Length; i++)
        {
            int from = Math.Min((int)Math.Round(Windows[i].From * framesPerSecond), score.Length);
            int to = Math.Min((int)Math.Round(Windows[i].To * framesPerSecond), score.Length);
            means[i] = from < to ? DriftScores.Mean(score[from..to]) : double.NaN;
        }
        return means;
    }
}
