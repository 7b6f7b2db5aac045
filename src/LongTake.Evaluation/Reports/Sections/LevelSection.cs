using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports.Html;
using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>
/// The main figures for each group of items apart: how far a method's scores fall from compositions that the model was trained on to those
/// it was not. Methods that only change inference should not change that gap. Source: spec/benchmarks.md section 4.10.
/// </summary>
internal static class LevelSection
{
    private const int MostFigures = 6;

    public static bool Any(ReportContext context) => context.Groups.Any(g => Levels(g).Length > 1);

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf(
            "p",
            "Means over the items of each level, with 95 % intervals. ID: compositions of the training distribution; " +
            "CG-1 and CG-2: with one, or more, pairs that no training clip had.");
        using HtmlBuilder.Scope tables = html.Open("div", ("class", "tables"));
        foreach (ResultGroup group in context.Groups)
        {
            string[] levels = Levels(group);
            if (levels.Length < 2)
            {
                continue;
            }
            MetricColumn[] columns =
            [
                .. context.Catalogue.Columns
                    .Where(c => c.Better is BetterWhen.Higher or BetterWhen.Lower && group.Results.Any(r => r.Figures.ContainsKey(c.Name)))
                    .OrderByDescending(c => c.Name.StartsWith("S_", StringComparison.Ordinal)).Take(MostFigures),
            ];
            HtmlTable table = new HtmlTable($"{group.Title}: by level").Column("Method").Column("level").Column("items");
            foreach (MetricColumn column in columns)
            {
                table.Column(column.Name, null, column.Description);
            }
            foreach (string method in context.MethodsOf(group).Concat(group.Controls.Where(c => c == ControlRows.Reference)))
            {
                foreach (string level in levels)
                {
                    VideoResult[] videos = [.. group.Of(method).Where(r => r.Level == level)];
                    if (videos.Length > 0)
                    {
                        table.Row(
                            new HtmlCell(ControlRows.Title(method)),
                            [
                                new HtmlCell(level),
                                new HtmlCell(FormattableString.Invariant($"{videos.Select(v => v.Item).Distinct().Count()}")),
                                .. columns.Select(c => Cell(group, method, c.Name, level, context.Options.Statistics)),
                            ]);
                    }
                }
            }
            table.Write(html);
        }
    }

    private static HtmlCell Cell(ResultGroup group, string method, string figure, string level, BootstrapOptions options)
    {
        double[] items = [.. group.ByItem(method, r => r.Level == level && r.Figures.TryGetValue(figure, out double v) ? v : null).Values];
        if (items.Length == 0)
        {
            return HtmlCell.Empty;
        }
        Interval mean = Bootstrap.Mean(items, options);
        return new HtmlCell(
            Figures.Value(mean.Mean), double.IsNaN(mean.Low) ? null : $"[{Figures.Like(mean.Low, mean.Mean)}, {Figures.Like(mean.High, mean.Mean)}]");
    }

    private static string[] Levels(ResultGroup group) =>
        [.. group.Results.Select(r => r.Level).OfType<string>().Distinct().OrderBy(l => l == "ID" ? 0 : 1).ThenBy(l => l, StringComparer.Ordinal)];
}
