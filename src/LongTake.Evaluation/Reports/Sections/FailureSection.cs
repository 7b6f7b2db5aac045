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
            VideoResult[] fresh = [.. worst.Where(v => shown.Add(Anchor(group, v)))];
            using (html.Open("div", ("class", "gallery")))
            {
                foreach (VideoResult video in fresh)
                {
                    using HtmlBuilder.Scope entry = html.Open("div", ("id", Anchor(group, video)));
                    FilmSection.Film(html, context, video, Name(video), Value(figure, video));
                    FilmSection.Prompts(html, video);
                }
            }
            VideoResult[] again = [.. worst.Except(fresh)];
            if (again.Length > 0)
            {
                Links(html, group, figure, again);
            }
        }
    }

    private static void Links(HtmlBuilder html, ResultGroup group, MetricColumn figure, VideoResult[] videos)
    {
        using HtmlBuilder.Scope line = html.Open("p", ("class", "again"));
        html.Text("Shown above: ");
        for (int i = 0; i < videos.Length; i++)
        {
            html.Text(i > 0 ? "; " : "");
            html.Leaf("a", Name(videos[i]), ("href", "#" + Anchor(group, videos[i])));
            html.Text($" – {Value(figure, videos[i])}");
        }
    }

    private static string Anchor(ResultGroup group, VideoResult video) => Anchors.Of($"{group.Suite}-{video.Method}-{video.Item}-{video.Seed}");

    private static string Name(VideoResult video) => $"Item {video.Item}, seed {video.Seed}";

    private static string Value(MetricColumn figure, VideoResult video) => $"{figure.Name} {Html.Figures.Value(video.Figures[figure.Name])}";

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
