using LongTake.Evaluation.Metrics.Aesthetic;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Metrics.Preference;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Metrics.TextAlignment;
using LongTake.Evaluation.Metrics.VBench;
using LongTake.Evaluation.Metrics.VBenchLong;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>The metrics that look through networks.</summary>
public static class NetworkMetrics
{
    /// <summary>
    /// All metrics of a whole video: those without networks, VBench's, VBench-Long's and what else looks through networks; those that cannot be had say why.
    /// </summary>
    /// <param name="weights">Where the weights are; must outlive the metrics.</param>
    /// <param name="noRepeat">Settings of the NoRepeat score, which needs a period; null for none.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public static MetricSet All(MetricWeights weights, NoRepeatOptions? noRepeat = null) => new(
        [
            .. StandardMetrics.WithoutNetworks(noRepeat), .. WholeVideo(weights), .. Unimplemented, .. Long(weights),
            .. Unimplemented.Select(m => new ClipwiseMetric(m)),
        ],
        [new VBenchQuality(), new VBenchQuality(ClipwiseMetric.Prefix)]);

    /// <summary>Dimensions of VBench whose networks LongTake does not implement: each says so.</summary>
    public static IReadOnlyList<IVideoMetric> Unimplemented { get; } = [.. UnimplementedMetric.OfVBench, new DynamicDegreeMetric(null)];

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

    /// <summary>VBench-Long: the same on clips of two seconds, and consistency from clip to clip. Flickering needs no network, but belongs beside them.</summary>
    /// <param name="weights">Where the weights are; must outlive the metrics.</param>
    public static IReadOnlyList<IVideoMetric> Long(MetricWeights weights) =>
    [
        SlowFastConsistency.Subject(weights),
        ClipwiseMetric.InClip(ConsistencyMetric.Subject(weights)),
        SlowFastConsistency.Background(weights),
        ClipwiseMetric.InClip(ConsistencyMetric.Background(weights)),
        new ClipwiseMetric(new TemporalFlickeringMetric()),
        new ClipwiseMetric(AestheticScore.Quality(weights)),
        ClipwiseMetric.TextAlignment(new TextAlignmentMetric(weights)),
    ];
}
