using LongTake.Evaluation.Metrics;

namespace LongTake.Alignment.Rewards;

/// <summary>A figure of a metric as a reward: as it is where larger is better, negated where smaller is, and as minus its size where zero is.</summary>
/// <param name="name">Name in recipes.</param>
/// <param name="metric">The metric.</param>
/// <param name="figure">Which of its figures.</param>
public sealed class MetricReward(string name, IVideoMetric metric, string figure) : IReward
{
    private readonly MetricColumn _column = metric.Columns.FirstOrDefault(c => c.Name == figure) is { Better: not BetterWhen.Neither } found
        ? found
        : throw new ArgumentException($"The metric {metric.Name} has no figure '{figure}' that is better one way than the other.", nameof(figure));

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public string Description => _column.Description;

    /// <inheritdoc/>
    public IVideoMetric Metric { get; } = metric;

    /// <inheritdoc/>
    public double Score(MetricResult result) => !result.Figures.TryGetValue(figure, out double value) ? double.NaN : _column.Better switch
    {
        BetterWhen.Lower => -value,
        BetterWhen.NearZero => -Math.Abs(value),
        _ => value,
    };
}
