namespace LongTake.Evaluation.Metrics;

/// <summary>What a <see cref="MetricSet"/> found in one video.</summary>
/// <param name="Video">The video.</param>
/// <param name="Results">By the metrics' names.</param>
/// <param name="Missing">The metrics that could not be had, and why.</param>
public sealed record VideoMeasurement(
    VideoDescription Video, IReadOnlyDictionary<string, MetricResult> Results, IReadOnlyList<MissingMetric> Missing)
{
    /// <summary>All figures by name; those that this video does not have are absent.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; } =
        Results.Values.SelectMany(r => r.Figures).ToDictionary(f => f.Key, f => f.Value);

    /// <summary>All curves by name.</summary>
    public IReadOnlyDictionary<string, MetricCurve> Curves { get; } =
        Results.Values.SelectMany(r => r.Curves).ToDictionary(c => c.Key, c => c.Value);
}

/// <summary>A metric that cannot be had for a video.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Why">Why not, in one clause.</param>
public sealed record MissingMetric(string Metric, string Why);
