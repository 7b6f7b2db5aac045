namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// VBench's quality of one video: the weighted mean of its seven normalised quality dimensions. There is no such figure while one of them is missing: a total
/// of a part must not carry the name of the whole (for that there is <see cref="VBenchTotals.QualityOf"/>, which says what it is the mean of). It is linear in the
/// dimensions, so that the mean over videos is the quality of the means. Source: spec/metrics.md section 3.
/// </summary>
/// <param name="prefix">What the names of the dimensions begin with in the figures.</param>
public sealed class VBenchQuality(string prefix = VBenchQuality.Prefix) : IVideoTotal
{
    /// <summary>What the names of VBench's figures begin with.</summary>
    public const string Prefix = "vbench.";

    private static readonly string[] s_dimensions = [.. VBenchDimension.All.Where(d => d.IsQuality).Select(d => d.Name)];

    /// <inheritdoc/>
    public MetricColumn Column { get; } = new(
        prefix + "quality", BetterWhen.Higher, $"Weighted mean of the normalised {string.Join(", ", s_dimensions)}; all of them must be there.");

    /// <inheritdoc/>
    public string? WhyNot(IReadOnlyDictionary<string, double> figures)
    {
        string[] lacking = [.. s_dimensions.Select(d => prefix + d).Where(f => !figures.TryGetValue(f, out double value) || !double.IsFinite(value))];
        return lacking.Length == 0 ? null : $"it needs all {s_dimensions.Length} quality dimensions, and of these lack {string.Join(", ", lacking)}";
    }

    /// <inheritdoc/>
    public double Of(IReadOnlyDictionary<string, double> figures) => VBenchTotals.Quality(s_dimensions.ToDictionary(d => d, d => figures[prefix + d]));
}
