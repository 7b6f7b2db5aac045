using LongTake.Evaluation.Metrics.Drift;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Metrics.StandIns;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics;

/// <summary>The metrics that need no network.</summary>
public static class StandardMetrics
{
    /// <summary>The exact ones of the Shapes world, then those for any video, then the stand-ins, with the defaults of each.</summary>
    /// <param name="noRepeat">Settings of the NoRepeat score, which needs a period; null for none.</param>
    public static IReadOnlyList<IVideoMetric> WithoutNetworks(NoRepeatOptions? noRepeat = null) =>
        [.. ShapesMetrics.All(), .. ForAnyVideo(noRepeat), .. StandIns()];

    /// <summary>Metrics of any video, under published names or our own.</summary>
    /// <param name="noRepeat">Settings of the NoRepeat score, which needs a period; null for none.</param>
    public static IReadOnlyList<IVideoMetric> ForAnyVideo(NoRepeatOptions? noRepeat = null) =>
    [
        new TemporalFlickeringMetric(), new FreezeMetric(), new LoopMetric(), new SinkCollapseMetric(), new NoRepeatMetric(noRepeat),
    ];

    /// <summary>Stand-ins for networks, <c>si_*</c>: for a table of their own.</summary>
    public static IReadOnlyList<IVideoMetric> StandIns() =>
    [
        new FlowStandIn(), new SmoothnessStandIn(), new ConsistencyStandIn(), new FrameScoreMetric(new ImagingStandIn()), new ColourDriftStandIn(),
    ];
}
