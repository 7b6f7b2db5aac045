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

    /// <summary>All curves by name; should two metrics have one of the same name, the second is under "metric/name".</summary>
    public IReadOnlyDictionary<string, MetricCurve> Curves { get; } = CurvesOf(Results);

    private static Dictionary<string, MetricCurve> CurvesOf(IReadOnlyDictionary<string, MetricResult> results)
    {
        Dictionary<string, MetricCurve> curves = [];
        foreach ((string metric, MetricResult result) in results)
        {
            foreach ((string name, MetricCurve curve) in result.Curves)
            {
                if (!curves.TryAdd(name, curve))
                {
                    curves.Add($"{metric}/{name}", curve);
                }
            }
        }
        return curves;
    }
}

/// <summary>A metric that cannot be had for a video.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Why">Why not, in one clause.</param>
public sealed record MissingMetric(string Metric, string Why);
