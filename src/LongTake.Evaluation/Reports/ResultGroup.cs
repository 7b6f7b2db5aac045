using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Reports;

/// <summary>The results of one suite at one length, by method: what one table shows.</summary>
internal sealed class ResultGroup
{
    private readonly Dictionary<string, VideoResult[]> _byMethod;

    public ResultGroup(string suite, double length, IEnumerable<VideoResult> results)
    {
        Suite = suite;
        Length = length;
        _byMethod = results.GroupBy(r => r.Method).ToDictionary(g => g.Key, g => g.ToArray());
        Methods = [.. _byMethod.Keys.Where(m => !ControlRows.Contains(m))];
        Controls = [.. ControlRows.Names.Where(_byMethod.ContainsKey)];
        Results = [.. _byMethod.Values.SelectMany(r => r)];

        // The reference is of another length and says nothing about this one's.
        Sample = Results.FirstOrDefault(r => r.Method != ControlRows.Reference) ?? Results[0];
    }

    public string Suite { get; }

    public double Length { get; }

    /// <summary>Methods, in the order of the results.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Controls, in the order of <see cref="ControlRows"/>.</summary>
    public IReadOnlyList<string> Controls { get; }

    public IReadOnlyList<VideoResult> Results { get; }

    /// <summary>A result that stands for all of them where they are alike: seconds, size, rate.</summary>
    public VideoResult Sample { get; }

    /// <summary>Name in headings: "single, 6×".</summary>
    public string Title => FormattableString.Invariant($"{Suite}, {Length:0.##}×");

    /// <summary>Name in anchors.</summary>
    public string Anchor => Html.Anchors.Of(FormattableString.Invariant($"{Suite}-{Length:0.##}"));

    /// <summary>The videos of a method.</summary>
    public IReadOnlyList<VideoResult> Of(string method) => _byMethod.GetValueOrDefault(method) ?? [];

    /// <summary>A figure by item, its seeds averaged, sorted by item; items without it are absent.</summary>
    public SortedDictionary<string, double> ByItem(string method, string figure) => ByItem(method, r => r.Figures.TryGetValue(figure, out double v) ? v : null);

    /// <summary>Any number by item, its seeds averaged.</summary>
    public SortedDictionary<string, double> ByItem(string method, Func<VideoResult, double?> value)
    {
        SortedDictionary<string, double> means = new(StringComparer.Ordinal);
        foreach (IGrouping<string, VideoResult> item in Of(method).GroupBy(r => r.Item))
        {
            double[] values = [.. item.Select(value).OfType<double>()];
            if (values.Length > 0)
            {
                means[item.Key] = values.Average();
            }
        }
        return means;
    }

    /// <summary>Mean of a figure and its interval; null when no item has it.</summary>
    public Interval? Mean(string method, string figure, BootstrapOptions options)
    {
        SortedDictionary<string, double> values = ByItem(method, figure);
        return values.Count == 0 ? null : Bootstrap.Mean([.. values.Values], options);
    }

    /// <summary>A method against another on the items that both have; null when there is none.</summary>
    public Comparison? Compare(string method, string baseline, string figure, BootstrapOptions options)
    {
        SortedDictionary<string, double> a = ByItem(method, figure), b = ByItem(baseline, figure);
        string[] items = [.. a.Keys.Where(b.ContainsKey)];
        if (items.Length == 0)
        {
            return null;
        }
        double[] x = [.. items.Select(i => a[i])], y = [.. items.Select(i => b[i])];
        return new Comparison(Bootstrap.Difference(x, y, options), SignFlipTest.PValue(x, y, options));
    }

    /// <summary>Groups results: suites in the order in which they come, lengths rising.</summary>
    public static IReadOnlyList<ResultGroup> Of(IReadOnlyList<VideoResult> results)
    {
        List<ResultGroup> groups = [];
        foreach (IGrouping<string, VideoResult> suite in results.GroupBy(r => r.Suite))
        {
            VideoResult[] reference = [.. suite.Where(r => r.Method == ControlRows.Reference)];
            double[] lengths = [.. suite.Where(r => r.Method != ControlRows.Reference).Select(r => r.Length).Distinct().Order()];
            foreach (double length in lengths.Length > 0 ? lengths : [1])
            {
                groups.Add(new ResultGroup(
                    suite.Key, length, suite.Where(r => r.Method != ControlRows.Reference && r.Length == length).Concat(reference)));
            }
        }
        return groups;
    }
}

/// <summary>A method against the baseline.</summary>
/// <param name="Difference">Mean difference and its 95 % interval.</param>
/// <param name="PValue">Of the paired sign-flip test.</param>
internal sealed record Comparison(Interval Difference, double PValue);
