using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Metrics.Drift;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>
/// How identity, background, motion, following and fidelity change over the video; the whole family for the last two. (Their curves belong
/// to the metrics that measure them.)
/// </summary>
public sealed class DriftMetric() : ShapesMetric("shapes.drift",
[
    .. DriftColumns.Short("identity"), .. DriftColumns.Short("background"), .. DriftColumns.Short("motion"),
    .. DriftColumns.All("following"), .. DriftColumns.All("fidelity"),
])
{
    internal override MetricResult Measure(ShapesReadings video)
    {
        FrameCurves curves = video.Curves;
        FigureList figures = new();
        (string Name, double[] Curve)[] scores =
        [
            ("identity", curves.Identity), ("background", curves.Background), ("motion", curves.Motion),
            ("following", curves.Following), ("fidelity", curves.Fidelity),
        ];
        foreach ((string name, double[] curve) in scores)
        {
            foreach ((string figure, double value) in DriftColumns.Values(name, DriftScores.Of(curve, video.FramesPerSecond), Columns))
            {
                figures.Add(figure, value);
            }
        }
        return MetricResult.Of(figures.Figures);
    }
}
