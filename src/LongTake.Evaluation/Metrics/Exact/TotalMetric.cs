namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>The aggregates of the Shapes world. They are never to be called VBench.</summary>
public sealed class TotalMetric() : ShapesMetric(
    "shapes.total",
    new("S_quality", BetterWhen.Higher, "Mean of fidelity, flicker, smooth, absence of jumps (none at 6 a minute) and self_identity, 0 to 1."),
    new("S_following", BetterWhen.Higher, "following, 0 to 1."),
    new("S_total", BetterWhen.Higher, "Geometric mean of S_quality and S_following, 0 to 1."))
{
    internal override MetricResult Measure(ShapesReadings video) => MetricResult.Of(
        new FigureList()
            .Add("S_quality", video.Scores.Quality)
            .Add("S_following", video.Scores.Following)
            .Add("S_total", video.Scores.Total).Figures);
}
