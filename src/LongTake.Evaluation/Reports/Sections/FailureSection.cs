using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>The worst videos of each method by each figure: chosen by the figure, not by hand. A video that is bad in many ways is shown once.</summary>
internal static class FailureSection
{
    private const int MostFigures = 8;

    public static bool Any(ReportContext context) =>
        context.Options.Worst > 0 && Figures(context).Length > 0
        && context.Results.Any(r => !ControlRows.Contains(r.Method) && (r.Video ?? r.Strip) is not null);

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf("p", $"For each figure the {ReportWriter.Count(context.Options.Worst, "item")} on which a method is worst, at its longest length.");
        foreach (ResultGroup group in context.Groups.GroupBy(g => g.Suite).Select(s => s.MaxBy(g => g.Length)!))
        {
            html.Leaf("h3", group.Title);
            foreach (string method in context.MethodsOf(group))
            {
                Method(html, context, group, method);
            }
        }
    }

    private static void Method(HtmlBuilder html, ReportContext context, ResultGroup group, string method)
    {
        HashSet<string> shown = [];
        bool first = method == context.MethodsOf(group).First();
        using HtmlBuilder.Scope details = html.Open("details", ("open", first ? "" : null));
        html.Leaf("summary", method);
        foreach (MetricColumn figure in Figures(context))
        {
            VideoResult[] worst = Worst(context, group, method, figure.Name);
            if (worst.Length == 0)
            {
                continue;
            }
            html.Leaf("h4", figure.Name, ("title", figure.Description));
            using HtmlBuilder.Scope gallery = html.Open("div", ("class", "gallery"));
            foreach (VideoResult video in worst)
            {
                string anchor = Anchors.Of($"{group.Suite}-{method}-{video.Item}-{video.Seed}");
                string value = $"{figure.Name} {Html.Figures.Value(video.Figures[figure.Name])}";
                if (shown.Add(anchor))
                {
                    using HtmlBuilder.Scope entry = html.Open("div", ("id", anchor));
                    FilmSection.Film(html, context, video, $"Item {video.Item}, seed {video.Seed}", value);
                    FilmSection.Prompts(html, video);
                }
                else
                {
                    using HtmlBuilder.Scope again = html.Open("p");
                    html.Leaf("a", $"Item {video.Item}, seed {video.Seed}", ("href", "#" + anchor));
                    html.Text($" (above) – {value}");
                }
            }
        }
    }

    /// <summary>The worst video of each item, the worst items first.</summary>
    private static VideoResult[] Worst(ReportContext context, ResultGroup group, string method, string figure) =>
    [
        .. group.Of(method).Where(r => r.Figures.ContainsKey(figure))
            .Select(r => (Video: r, Badness: context.Catalogue.Badness(figure, r.Figures[figure])!.Value))
            .GroupBy(r => r.Video.Item)
            .Select(i => i.MaxBy(r => r.Badness))
            .OrderByDescending(r => r.Badness).ThenBy(r => r.Video.Item, StringComparer.Ordinal)
            .Take(context.Options.Worst)
            .Select(r => r.Video),
    ];

    private static MetricColumn[] Figures(ReportContext context)
    {
        IEnumerable<MetricColumn> sided = context.Catalogue.Columns.Where(c => c.Better != BetterWhen.Neither);
        return context.Options.GalleryFigures is { } chosen
            ? [.. chosen.Select(context.Catalogue.Find).Where(c => c.Better != BetterWhen.Neither)]
            : [.. sided.Take(MostFigures)];
    }
}
