using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>Scores over time, one chart a curve, suite and length.</summary>
internal static class CurveSection
{
    // More bands than these hide each other.
    private const int MostBands = 4;

    // Controls that say where a curve could be at best and what trivial repetition gives; all of them would hide the methods.
    private static readonly string[] Shown = [ControlRows.VaeCeiling, ControlRows.Restart];

    public static bool Any(ReportContext context) => context.Results.Any(r => r.Curves.Keys.Any(context.Draws));

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf("p", "Means over the items, seeds averaged first. Bands are 95 % bootstrap intervals at each point.");
        foreach (ResultGroup group in context.Groups)
        {
            (string Name, IReadOnlyList<ChartSeries> Series)[] found = [.. Charts(context, group)];
            if (found.Length == 0)
            {
                continue;
            }
            html.Leaf("h3", group.Title);
            using HtmlBuilder.Scope charts = html.Open("div", ("class", "charts"));
            foreach ((string name, IReadOnlyList<ChartSeries> series) in found)
            {
                using HtmlBuilder.Scope figure = html.Open("figure");
                SvgLineChart.Write(html, $"{name} over time, {group.Title}", "time in seconds", name, series);
                html.Leaf("figcaption", $"{name}{(context.Catalogue.Find(name).Description is { Length: > 0 } d ? ": " + d : "")}");
            }
        }
    }

    /// <summary>The curves of a suite and length that have a value, for every kind of page.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<ChartSeries> Series)> Charts(ReportContext context, ResultGroup group)
    {
        string[] methods = [.. context.MethodsOf(group), .. Shown.Where(group.Controls.Contains)];
        bool bands = context.MethodsOf(group).Count() <= MostBands;
        VideoResult[] own = [.. group.Results.Where(r => r.Method != ControlRows.Reference)];
        foreach (string name in own.SelectMany(r => r.Curves.Keys).Where(context.Draws).Distinct())
        {
            ChartSeries[] series =
            [
                .. methods.Select(m => Series(context, group, m, name, bands)).Where(s => s.Points.Any(p => p.Y is not null)),
            ];
            if (series.Length > 0)
            {
                yield return (name, series);
            }
        }
    }

    private static ChartSeries Series(ReportContext context, ResultGroup group, string method, string name, bool bands)
    {
        VideoResult[] videos = [.. group.Of(method).Where(r => r.Curves.ContainsKey(name))];
        int? style = context.Style(method);
        if (videos.Length == 0)
        {
            return new ChartSeries(ControlRows.Title(method), style, []);
        }
        double seconds = videos[0].Curves[name].SecondsPerPoint;
        ChartPoint[] points = new ChartPoint[videos.Max(v => v.Curves[name].Values.Count)];
        for (int i = 0; i < points.Length; i++)
        {
            int at = i;

            // The point stands in the middle of the time that it is the mean of.
            points[i] = MeanPoint.Of(
                (i + 0.5) * seconds,
                group.ByItem(method, r => r.Curves.TryGetValue(name, out ResultCurve? c) && at < c.Values.Count ? c.Values[at] : null).Values,
                style is not null && bands,
                context.Options.Statistics);
        }
        return new ChartSeries(ControlRows.Title(method), style, points, Math.Max(0, Array.IndexOf(Shown, method)));
    }
}
