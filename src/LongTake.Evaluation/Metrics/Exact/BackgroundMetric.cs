namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Whether the background is the one asked for.</summary>
public sealed class BackgroundMetric() : ShapesMetric(
    "shapes.background",
    new MetricColumn("background", BetterWhen.Higher, "Texture and palette of the background against the prompt, 0 to 1."))
{
    internal override MetricResult Measure(ShapesReadings video) => new(
        new FigureList().Add("background", video.Scores.Background).Figures,
        new Dictionary<string, MetricCurve> { ["background"] = video.Curve(video.Curves.Background) });
}
