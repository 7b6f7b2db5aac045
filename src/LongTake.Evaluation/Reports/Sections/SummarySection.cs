using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports.Html;
using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>The tables of scores, one set a suite and length: methods against the baseline, controls set apart.</summary>
internal static class SummarySection
{
    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf(
            "p",
            "Each cell is the mean over the items; below it the mean difference from the baseline on the same items and its 95 % paired-bootstrap "
            + "interval (the baseline has the interval of its own mean). ▲ and ▼ mark differences whose interval excludes zero, for the better and for the worse. "
            + "The best method of a column is bold. "
            + "Differences are tested one by one, without a correction for their number.");
        foreach (ResultGroup group in context.Groups)
        {
            html.Leaf("h3", Heading(group), ("id", group.Anchor));
            html.Leaf("p", Sizes(group), ("class", "faint"));
            using (html.Open("div", ("class", "tables")))
            {
                foreach (HtmlTable table in Tables(context, group))
                {
                    table.Write(html);
                }
            }
            foreach (string note in Notes.Of(context, group))
            {
                html.Leaf("p", note);
            }
            Tests(html, context, group);
        }
    }

    /// <summary>The tables of a suite and length, for every kind of page.</summary>
    public static IEnumerable<HtmlTable> Tables(ReportContext context, ResultGroup group) =>
        context.Catalogue.Tables(f => context.Shows(f) && group.Results.Any(r => r.Figures.ContainsKey(f)))
            .Select(t => Table(context, group, $"{group.Title}: {t.Title}", t.Columns));

    private static HtmlTable Table(ReportContext context, ResultGroup group, string caption, IReadOnlyList<MetricColumn> columns)
    {
        HtmlTable table = new HtmlTable(caption).Column("Method");
        foreach (MetricColumn column in columns)
        {
            table.Column(column.Name, Direction(column.Better), column.Description);
        }
        Dictionary<string, string[]> best = columns.ToDictionary(c => c.Name, c => Best(context, group, c.Name));
        foreach (string method in context.MethodsOf(group))
        {
            bool isBaseline = method == context.Baseline;
            table.Row(
                new HtmlCell(method, isBaseline ? "baseline" : null),
                [.. columns.Select(c => Cell(context, group, method, c, best[c.Name].Contains(method)))]);
        }
        if (group.Controls.Count > 0)
        {
            table.Group("Controls");
            foreach (string control in group.Controls)
            {
                table.Row(
                    new HtmlCell(ControlRows.Title(control), Hint: ControlRows.Description(control)),
                    [.. columns.Select(c => Cell(context, group, control, c, false))]);
            }
        }
        return table;
    }

    private static HtmlCell Cell(ReportContext context, ResultGroup group, string method, MetricColumn column, bool isBest)
    {
        if (group.Mean(method, column.Name, context.Options.Statistics) is not Interval mean)
        {
            return HtmlCell.Empty;
        }
        string? bold = isBest ? "best" : null, text = Figures.Value(mean.Mean);
        string own = double.IsNaN(mean.Low)
            ? "one item" : $"{ReportWriter.Count(mean.Items, "item")}; 95 % interval of the mean {Range(mean, mean.Mean)}";

        // Controls show how far a method could go, not how it compares: differences from the baseline would only be in the way.
        if (method == context.Baseline || context.Baseline is null || ControlRows.Contains(method)
            || group.Compare(method, context.Baseline, column.Name, context.Options.Statistics) is not { } comparison)
        {
            return new HtmlCell(text, method == context.Baseline && !double.IsNaN(mean.Low) ? Range(mean, mean.Mean) : null, bold, own);
        }
        Interval d = comparison.Difference;
        int side = Side(column.Better, d, group.Mean(context.Baseline, column.Name, context.Options.Statistics)!.Value.Mean);
        string note = $"{(side > 0 ? "▲ " : side < 0 ? "▼ " : "")}{Figures.Signed(d.Mean, d.Mean)}{(double.IsNaN(d.Low) ? "" : "\n" + Range(d, d.Mean))}";
        return new HtmlCell(
            text, note, string.Join(' ', new[] { bold, side > 0 ? "better" : side < 0 ? "worse" : null }.OfType<string>()) is { Length: > 0 } c ? c : null,
            $"{own}; p = {Figures.Probability(comparison.PValue)} (paired sign-flip test, {ReportWriter.Count(d.Items, "item")})");
    }

    /// <summary>1 when a difference is for the better beyond chance, -1 when for the worse, 0 otherwise.</summary>
    private static int Side(BetterWhen better, Interval difference, double baseline) => !difference.ExcludesZero ? 0 : better switch
    {
        BetterWhen.Higher => Math.Sign(difference.Mean),
        BetterWhen.Lower => -Math.Sign(difference.Mean),
        BetterWhen.NearZero => Math.Sign(Math.Abs(baseline) - Math.Abs(baseline + difference.Mean)),
        _ => 0,
    };

    /// <summary>The method with the best mean, or several that share it; none when all do, or when there is but one.</summary>
    private static string[] Best(ReportContext context, ResultGroup group, string figure)
    {
        (string Method, double Badness)[] methods =
        [
            .. context.MethodsOf(group)
                .Select(m => (m, group.ByItem(m, figure)))
                .Where(m => m.Item2.Count > 0)
                .Select(m => (m.m, context.Catalogue.Badness(figure, m.Item2.Values.Average())))
                .Where(m => m.Item2 is not null)
                .Select(m => (m.m, m.Item2!.Value)),
        ];
        double least = methods.Select(m => m.Badness).DefaultIfEmpty().Min();
        string[] best = [.. methods.Where(m => m.Badness - least <= 1e-9 * Math.Abs(least)).Select(m => m.Method)];
        return best.Length < methods.Length ? best : [];
    }

    private static void Tests(HtmlBuilder html, ReportContext context, ResultGroup group)
    {
        string[] others = [.. context.MethodsOf(group).Where(m => m != context.Baseline)];
        if (others.Length == 0 || context.Baseline is null || !group.Methods.Contains(context.Baseline))
        {
            return;
        }
        using HtmlBuilder.Scope details = html.Open("details");
        html.Leaf("summary", "p-values of the paired sign-flip tests");
        HtmlTable table = new HtmlTable($"{group.Title}: two-sided p-values against {context.Baseline}").Column("Figure");
        foreach (string method in others)
        {
            table.Column(method);
        }
        foreach (MetricColumn column in context.Catalogue.Columns)
        {
            Comparison?[] tests = [.. others.Select(m => group.Compare(m, context.Baseline, column.Name, context.Options.Statistics))];
            if (tests.Any(t => t is not null))
            {
                table.Row(
                    new HtmlCell(column.Name),
                    [.. tests.Select(t => t is null ? HtmlCell.Empty : new HtmlCell(Figures.Probability(t.PValue)))]);
            }
        }
        table.Write(html);
    }

    private static string Range(Interval interval, double kind) => $"[{Figures.Like(interval.Low, kind)}, {Figures.Like(interval.High, kind)}]";

    public static string Heading(ResultGroup group) =>
        group.Sample.Seconds > 0 ? FormattableString.Invariant($"{group.Title} ({group.Sample.Seconds:0.0} s)") : group.Title;

    public static string Sizes(ResultGroup group)
    {
        VideoResult[] own = [.. group.Results.Where(r => r.Method != ControlRows.Reference)];
        int items = own.Select(r => r.Item).Distinct().Count();
        int[] seeds = [.. own.Where(r => !ControlRows.Contains(r.Method)).GroupBy(r => (r.Method, r.Item)).Select(g => g.Count()).Distinct().Order()];
        string each = seeds.Length switch
        {
            0 => "",
            1 => $", {ReportWriter.Count(seeds[0], "seed")} each",
            _ => $", {seeds[0]} to {seeds[^1]} seeds each",
        };
        string[] levels = [.. own.Select(r => r.Level).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return $"{ReportWriter.Count(items, "item")}{each}.{(levels.Length > 1 ? $" Levels: {string.Join(", ", levels)}." : "")}";
    }

    private static string? Direction(BetterWhen better) => better switch
    {
        BetterWhen.Higher => "↑ higher is better",
        BetterWhen.Lower => "↓ lower is better",
        BetterWhen.NearZero => "0 is best",
        _ => null,
    };
}
