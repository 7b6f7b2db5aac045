using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Drift;

/// <summary>
/// Names of the drift figures of a score, and their values: <c>drift.&lt;score&gt;.&lt;figure&gt;</c>, in points of 100.
/// Source: spec/metrics.md section 5.
/// </summary>
public static class DriftColumns
{
    /// <summary>End minus start, and slope.</summary>
    /// <param name="score">Name of the score.</param>
    public static IReadOnlyList<MetricColumn> Short(string score) =>
    [
        new($"drift.{score}.change", BetterWhen.NearZero, $"{score} of the last 5 s minus the first 5 s, in points of 100."),
        new($"drift.{score}.slope", BetterWhen.NearZero, $"Least-squares slope of {score} over segments of 2 s, in points of 100 a minute."),
    ];

    /// <summary>The whole family.</summary>
    /// <param name="score">Name of the score.</param>
    public static IReadOnlyList<MetricColumn> All(string score) =>
    [
        .. Short(score),
        new($"drift.{score}.abs5s", BetterWhen.Lower, $"Absolute difference of {score} between the first and the last 5 s, in points of 100."),
        new($"drift.{score}.contrast15", BetterWhen.Lower, $"Absolute difference of {score} between the first and the last 15 %, in points of 100."),
        new($"drift.{score}.signed2s", BetterWhen.NearZero, $"{score} of the first minus the last 2 s, in points of 100; positive when it falls."),
        new($"drift.{score}.signed10s", BetterWhen.NearZero, $"{score} of the first five minus the last five segments of 2 s, in points of 100."),
        new($"drift.{score}.segstd", BetterWhen.Lower, $"Standard deviation of {score} over segments of 2 s, in points of 100."),
        new($"drift.{score}.halflife", BetterWhen.Higher, $"Seconds until {score} falls below half of its first 2 s; the duration if never."),
        new($"drift.{score}.worst", BetterWhen.Lower, $"{score} of the first minus the worst segment of 2 s, in points of 100."),
    ];

    /// <summary>The values by name.</summary>
    /// <param name="score">Name of the score.</param>
    /// <param name="drift">Its drift.</param>
    /// <param name="columns">Which of them: <see cref="Short"/> or <see cref="All"/>.</param>
    public static IEnumerable<KeyValuePair<string, double>> Values(string score, DriftScores drift, IReadOnlyList<MetricColumn> columns)
    {
        (string Name, double Value)[] all =
        [
            ("change", drift.Change), ("slope", drift.Slope), ("abs5s", drift.Abs5s), ("contrast15", drift.Contrast15),
            ("signed2s", drift.Signed2s), ("signed10s", drift.Signed2sOfFive), ("segstd", drift.SegmentDeviation),
            ("halflife", drift.HalfLife), ("worst", drift.Worst),
        ];
        HashSet<string> wanted = [.. columns.Select(c => c.Name)];
        return all.Select(f => KeyValuePair.Create($"drift.{score}.{f.Name}", f.Value)).Where(f => wanted.Contains(f.Key));
    }
}
