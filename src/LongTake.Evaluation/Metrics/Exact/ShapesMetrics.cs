namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>The exact metrics of the Shapes world.</summary>
public static class ShapesMetrics
{
    /// <summary>All of them, in the order of the tables.</summary>
    /// <param name="atoms">Settings of the story scores; null for the defaults.</param>
    public static IReadOnlyList<ShapesMetric> All(AtomsOptions? atoms = null) =>
    [
        new SubjectMetric(), new BackgroundMetric(), new MotionMetric(), new FollowingMetric(), new PictureMetric(), new ContinuityMetric(),
        new RepetitionMetric(), new DriftMetric(), new AtomsMetric(atoms), new RecallMetric(), new TotalMetric(),
    ];
}
