using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.TextAlignment;
using LongTake.Evaluation.Metrics.VBenchLong;

namespace LongTake.Evaluation.Reports;

/// <summary>Which figures a report has, and into which tables they go.</summary>
internal sealed class FigureCatalogue
{
    private const int MostColumns = 8;
    private const string Totals = "Totals and following";
    private const string Picture = "Picture, continuity and repetition";
    private const string Alignment = "Text alignment (CLIP, not VBench)";

    // The first prefix that fits decides.
    private static readonly (string Prefix, string Title)[] Families =
    [
        (ClipwiseMetric.NameOf(TextAlignmentMetric.Prefix), Alignment), (TextAlignmentMetric.Prefix, Alignment),
        ("vbench", "VBench"),
        ("si_", "Stand-ins (not VBench)"),
        ("hpsv2", "Preference (HPSv2.1)"),
        ("arcface", "Faces (ArcFace)"),
        ("drift", "Drift"),
        ("atoms", "Atoms of the story"),
        ("recall", "Recall"),
        ("S_", Totals), ("following", Totals), ("identity", Totals), ("self_identity", Totals), ("background", Totals), ("motion", Totals),
        ("xid", Totals), ("latency", Totals), ("margin", Totals),
        ("", Picture),
    ];

    private readonly Dictionary<string, MetricColumn> _columns;

    public FigureCatalogue(IReadOnlyList<VideoResult> results, IReadOnlyList<MetricColumn> columns)
    {
        HashSet<string> present = [.. results.SelectMany(r => r.Figures.Keys)];
        MetricColumn[] known = [.. columns.DistinctBy(c => c.Name).Where(c => present.Contains(c.Name))];
        IEnumerable<MetricColumn> unknown = present.Except(known.Select(c => c.Name)).Order(StringComparer.Ordinal)
            .Select(n => new MetricColumn(n, BetterWhen.Neither, ""));
        Columns = [.. known, .. unknown];
        _columns = Columns.ToDictionary(c => c.Name);
    }

    /// <summary>All figures, in the order of the tables.</summary>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <summary>A figure; one that no result has is neither good nor bad.</summary>
    public MetricColumn Find(string name) => _columns.GetValueOrDefault(name) ?? new MetricColumn(name, BetterWhen.Neither, "");

    /// <summary>
    /// Tables of at most eight columns, which fit a page. Published metrics, stand-ins and drift never share one: a number must not be taken for what it is not
    /// (spec/metrics.md section 0).
    /// </summary>
    public IReadOnlyList<(string Title, IReadOnlyList<MetricColumn> Columns)> Tables(Func<string, bool> has)
    {
        List<(string, IReadOnlyList<MetricColumn>)> tables = [];
        string[] titles = [Totals, Picture, .. Families.Select(f => f.Title).Distinct().Where(t => t is not (Totals or Picture))];
        foreach (string title in titles)
        {
            MetricColumn[] columns = [.. Columns.Where(c => TitleOf(c.Name) == title && has(c.Name))];
            int parts = (columns.Length + MostColumns - 1) / MostColumns;
            for (int i = 0; i < parts; i++)
            {
                // Equal shares look better than a last table of one column.
                Range part = (i * columns.Length / parts)..((i + 1) * columns.Length / parts);
                tables.Add((parts == 1 ? title : $"{title} ({i + 1} of {parts})", columns[part]));
            }
        }
        return tables;
    }

    /// <summary>How bad a value is: larger is worse; null when the figure has no bad side.</summary>
    public double? Badness(string figure, double value) => Find(figure).Better switch
    {
        BetterWhen.Higher => -value,
        BetterWhen.Lower => value,
        BetterWhen.NearZero => Math.Abs(value),
        _ => null,
    };

    private static string TitleOf(string figure) => Array.Find(Families, f => figure.StartsWith(f.Prefix, StringComparison.Ordinal)).Title;
}
