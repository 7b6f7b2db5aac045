namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Whether the subject's path is continuous.</summary>
public sealed class ContinuityMetric() : ShapesMetric(
    "shapes.continuity",
    new("smooth", BetterWhen.Higher, "Share of steps from frame to frame that do not jerk by more than a pixel."),
    new("jumps", BetterWhen.Lower, "Jumps a minute: places more than 3 pixels from where the preceding 2 s lead."),
    new("reset", BetterWhen.Lower, "Jumps a minute that lead back to a place of the first chunk, with its subject and background."))
{
    internal override MetricResult Measure(ShapesReadings video) => MetricResult.Of(
        new FigureList()
            .Add("smooth", video.Scores.Smooth)
            .Add("jumps", video.Scores.Jumps)
            .Add("reset", video.Scores.Resets).Figures) with
    {
        Events = new Dictionary<string, IReadOnlyList<int>> { ["jumps"] = video.Scores.JumpFrames },
    };
}
