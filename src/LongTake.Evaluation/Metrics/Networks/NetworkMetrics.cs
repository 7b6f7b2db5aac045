using LongTake.Evaluation.Metrics.Aesthetic;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Metrics.Preference;
using LongTake.Evaluation.Metrics.TextAlignment;
using LongTake.Evaluation.Metrics.VBenchLong;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>The metrics that look through networks.</summary>
public static class NetworkMetrics
{
    /// <summary>All metrics of a whole video: those without networks, VBench's, VBench-Long's and what else looks through networks.</summary>
    /// <param name="weights">Where the weights are; must outlive the metrics.</param>
    public static MetricSet All(MetricWeights weights) => new([.. StandardMetrics.WithoutNetworks(), .. WholeVideo(weights), .. Long(weights)]);

    /// <summary>All of them on whole videos; those whose weights are missing say so.</summary>
    /// <param name="weights">Where the weights are; must outlive the metrics.</param>
    public static IReadOnlyList<IVideoMetric> WholeVideo(MetricWeights weights) =>
    [
        ConsistencyMetric.Subject(weights),
        ConsistencyMetric.Background(weights),
        AestheticScore.Quality(weights),
        AestheticScore.Base32(weights),
        new TextAlignmentMetric(weights),
        new PreferenceMetric(weights),
        FaceIdentityMetric.Recorded(weights),
        FaceIdentityMetric.Centre(weights),
    ];

    /// <summary>VBench-Long: the same on clips of two seconds, and consistency from clip to clip.</summary>
    /// <param name="weights">Where the weights are; must outlive the metrics.</param>
    public static IReadOnlyList<IVideoMetric> Long(MetricWeights weights) =>
    [
        SlowFastConsistency.Subject(weights),
        ClipwiseMetric.InClip(ConsistencyMetric.Subject(weights)),
        SlowFastConsistency.Background(weights),
        ClipwiseMetric.InClip(ConsistencyMetric.Background(weights)),
        new ClipwiseMetric(AestheticScore.Quality(weights)),
    ];
}
