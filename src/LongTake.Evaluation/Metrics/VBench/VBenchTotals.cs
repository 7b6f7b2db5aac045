namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// VBench's aggregates of raw scores by dimension. A dimension that is missing is never counted as 0, as the submission script does: the
/// official aggregates refuse it, and <see cref="QualityOf"/> divides by the weights of what there is. Quality is a figure of every set of metrics
/// (<see cref="VBenchQuality"/>). Semantics and the total need nine dimensions of which LongTake measures none: they are for scores of other programs.
/// Source: spec/metrics.md section 3.
/// </summary>
public static class VBenchTotals
{
    /// <summary>Quality: weighted mean of the seven normalised quality dimensions (divisor 6.5).</summary>
    /// <param name="raw">Raw scores by the names of <see cref="VBenchDimension"/>.</param>
    /// <exception cref="ArgumentException">A dimension is missing, or there is none of a name.</exception>
    public static double Quality(IReadOnlyDictionary<string, double> raw) => Mean(raw, Whole(raw, VBenchDimension.All.Where(d => d.IsQuality)));

    /// <summary>Semantics: mean of the nine normalised semantic dimensions.</summary>
    /// <param name="raw">Raw scores by the names of <see cref="VBenchDimension"/>.</param>
    /// <exception cref="ArgumentException">A dimension is missing, or there is none of a name.</exception>
    public static double Semantic(IReadOnlyDictionary<string, double> raw) => Mean(raw, Whole(raw, VBenchDimension.All.Where(d => !d.IsQuality)));

    /// <summary>The total, (4 quality + semantics) / 5.</summary>
    /// <param name="raw">Raw scores by the names of <see cref="VBenchDimension"/>.</param>
    /// <exception cref="ArgumentException">A dimension is missing, or there is none of a name.</exception>
    public static double Total(IReadOnlyDictionary<string, double> raw) => (4 * Quality(raw) + Semantic(raw)) / 5;

    /// <summary>
    /// Quality over the dimensions that there are, with the same weights and their sum as the divisor: for prompts of one's own. Not a
    /// VBench quality unless all seven are there.
    /// </summary>
    /// <param name="raw">Raw scores by the names of <see cref="VBenchDimension"/>; those of semantics are left alone.</param>
    /// <exception cref="ArgumentException">There is no quality dimension among them, or none of a name.</exception>
    public static PartialQuality QualityOf(IReadOnlyDictionary<string, double> raw)
    {
        VBenchDimension[] there = [.. raw.Keys.Select(VBenchDimension.Named).Where(d => d.IsQuality)];
        return there.Length == 0
            ? throw new ArgumentException("There is no quality dimension among the scores.", nameof(raw))
            : new PartialQuality(Mean(raw, there), there.Sum(d => d.Weight), [.. VBenchDimension.All.Where(there.Contains).Select(d => d.Name)]);
    }

    private static IEnumerable<VBenchDimension> Whole(IReadOnlyDictionary<string, double> raw, IEnumerable<VBenchDimension> dimensions)
    {
        foreach (string name in raw.Keys)
        {
            VBenchDimension.Named(name);
        }
        string[] missing = [.. dimensions.Where(d => !raw.ContainsKey(d.Name)).Select(d => d.Name)];
        return missing.Length == 0 ? dimensions
            : throw new ArgumentException($"VBench scores of {string.Join(", ", missing)} are missing; without them there is no such aggregate.", nameof(raw));
    }

    private static double Mean(IReadOnlyDictionary<string, double> raw, IEnumerable<VBenchDimension> dimensions) =>
        dimensions.Sum(d => d.Weight * d.Normalise(raw[d.Name])) / dimensions.Sum(d => d.Weight);
}

/// <summary>Quality over some of the dimensions.</summary>
/// <param name="Score">The weighted mean.</param>
/// <param name="Divisor">Sum of the weights; 6.5 for all seven.</param>
/// <param name="Dimensions">What it is the mean of; to be printed with the number.</param>
public sealed record PartialQuality(double Score, double Divisor, IReadOnlyList<string> Dimensions);
