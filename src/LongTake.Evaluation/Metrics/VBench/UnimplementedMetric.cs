namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// A published metric whose network LongTake does not implement. It stands in the list of metrics and says so, so that a table is never silent about what it
/// lacks; it is never measured, and nothing takes its place.
/// </summary>
/// <param name="column">Its name, direction and meaning.</param>
/// <param name="network">The network that it needs.</param>
public sealed class UnimplementedMetric(MetricColumn column, string network) : IVideoMetric
{
    /// <summary>The dimensions of VBench that need AMT-S, MUSIQ and ViCLIP. Source: spec/metrics.md sections 2.4, 2.7 and 2.8.</summary>
    public static IReadOnlyList<UnimplementedMetric> OfVBench { get; } =
    [
        new(new("vbench.motion_smoothness", BetterWhen.Higher, "How well odd frames follow from the even ones through AMT-S, 0 to 1."), "AMT-S"),
        new(new("vbench.imaging_quality", BetterWhen.Higher, "MUSIQ's score of single frames, divided by 100; 0 to 1."), "MUSIQ (trained on SPAQ)"),
        new(new("vbench.overall_consistency", BetterWhen.Higher, "Cosine between video and prompt through ViCLIP; .15 to .30 as a rule."), "ViCLIP"),
    ];

    /// <inheritdoc/>
    public string Name => Columns[0].Name;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } = [column];

    /// <summary>Why a metric cannot be had, in one clause.</summary>
    /// <param name="network">The network that it needs.</param>
    public static string Needs(string network) => $"it needs {network}, which LongTake does not implement";

    /// <inheritdoc/>
    public string WhyNot(VideoDescription video) => Needs(network);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public IMetricRun Start(VideoDescription video) => throw new InvalidOperationException($"{Name} cannot be had: {Needs(network)}.");
}
