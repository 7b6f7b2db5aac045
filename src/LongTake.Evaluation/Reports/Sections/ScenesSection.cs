using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>
/// Figures against the number of scenes that the items of a suite ask for: how much story fits into a video, in the manner of NarrLV. Drawn
/// for suites whose items differ in it. Source: spec/benchmarks.md sections 4.6 and 4.8.
/// </summary>
internal static class ScenesSection
{
    private const int MostBands = 4;

    private static readonly string[] Shown = ["atoms.fid", "atoms.cov", "atoms.coh", "atoms.n_exp", "S_total", "following"];

    public static bool Any(ReportContext context) => context.Groups.Any(g => Counts(g).Length > 1);

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf("p", "Means over the items that ask for so many scenes, seeds averaged first. Bands are 95 % bootstrap intervals.");
        foreach (ResultGroup group in context.Groups)
        {
            int[] counts = Counts(group);
            string[] names = [.. Shown.Where(f => group.Results.Any(r => r.Figures.ContainsKey(f)))];
            if (counts.Length < 2 || names.Length == 0)
            {
                continue;
            }
            html.Leaf("h3", group.Title);
            using HtmlBuilder.Scope charts = html.Open("div", ("class", "charts"));
            foreach (string name in names)
            {
                string[] methods = [.. context.MethodsOf(group), .. group.Controls.Where(c => c == ControlRows.VaeCeiling)];
                bool bands = context.MethodsOf(group).Count() <= MostBands;
                ChartSeries[] series = [.. methods.Select(m => Series(context, group, m, name, counts, bands)).Where(s => s.Points.Any(p => p.Y is not null))];
                using HtmlBuilder.Scope figure = html.Open("figure");
                SvgLineChart.Write(html, $"{name} by scenes, {group.Title}", "scenes that the item asks for", name, series);
                html.Leaf("figcaption", $"{name}{(context.Catalogue.Find(name).Description is { Length: > 0 } d ? ": " + d : "")}");
            }
        }
    }

    private static ChartSeries Series(ReportContext context, ResultGroup group, string method, string figure, int[] counts, bool bands)
    {
        int? style = context.Style(method);
        ChartPoint[] points =
        [
            .. counts.Select(n => MeanPoint.Of(
                n,
                group.ByItem(method, r => r.Prompts.Count == n && r.Figures.TryGetValue(figure, out double v) ? v : null).Values,
                style is not null && bands,
                context.Options.Statistics)),
        ];
        return new ChartSeries(ControlRows.Title(method), style, points);
    }

    private static int[] Counts(ResultGroup group) =>
        [.. group.Results.Where(r => r.Method != ControlRows.Reference).Select(r => r.Prompts.Count).Where(n => n > 0).Distinct().Order()];
}
