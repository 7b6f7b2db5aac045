using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>Videos of chosen items: every method's film strip under each other, and players that start together.</summary>
internal static class FilmSection
{
    public static bool Any(ReportContext context) => context.Groups.Any(g => Items(context, g).Any());

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf("p", "Frames from the beginning to the end of each video, evenly spaced. All methods had the same prompts and seed.");
        foreach (ResultGroup group in context.Groups)
        {
            foreach (string item in Items(context, group))
            {
                Item(html, context, group, item);
            }
        }
    }

    /// <summary>A film strip with a caption.</summary>
    public static void Film(HtmlBuilder html, ReportContext context, VideoResult result, string who, string? what)
    {
        using HtmlBuilder.Scope figure = html.Open("figure", ("class", "film"));
        using (html.Open("figcaption"))
        {
            html.Leaf("span", who, ("class", "who"));
            html.Text(what is null ? "" : " – " + what);
        }
        context.Media.Strip(html, result, $"{who}: frames of {result.Suite} {result.Item}");
    }

    /// <summary>The prompts of a video with the times from which they hold.</summary>
    public static void Prompts(HtmlBuilder html, VideoResult result)
    {
        if (result.Prompts.Count == 0)
        {
            return;
        }
        using HtmlBuilder.Scope list = html.Open("ol", ("class", "prompts"));
        foreach (PromptSegment prompt in result.Prompts)
        {
            using HtmlBuilder.Scope item = html.Open("li");
            if (result.Prompts.Count > 1 && result.FramesPerSecond > 0)
            {
                html.Leaf("span", FormattableString.Invariant($"{prompt.StartFrame / result.FramesPerSecond:0.0} s: "), ("class", "faint"));
            }
            html.Text(prompt.Text);
        }
    }

    private static void Item(HtmlBuilder html, ReportContext context, ResultGroup group, string item)
    {
        VideoResult[] videos =
        [
            .. group.Controls.Where(c => c == ControlRows.GroundTruth).Concat(context.MethodsOf(group))
                .Concat(group.Controls.Where(c => c is not (ControlRows.GroundTruth or ControlRows.Reference)))
                .Select(m => group.Of(m).Where(r => r.Item == item && HasPictures(r)).MinBy(r => r.Seed)).OfType<VideoResult>(),
        ];
        html.Leaf("h3", $"{group.Title}, item {item}");
        Prompts(html, videos[0]);
        using (html.Open("div", ("class", "films")))
        {
            foreach (VideoResult video in videos)
            {
                Film(html, context, video, ControlRows.Title(video.Method), Score(context, video));
            }
        }
        VideoResult[] playable = [.. videos.Where(v => v.Video is not null)];
        if (playable.Length == 0)
        {
            return;
        }
        using HtmlBuilder.Scope details = html.Open("details", ("class", "play"));
        html.Leaf("summary", "Play side by side");
        using HtmlBuilder.Scope players = html.Open("div", ("class", "players"));
        foreach (VideoResult video in playable)
        {
            using HtmlBuilder.Scope figure = html.Open("figure");
            context.Media.Player(html, video, $"{ControlRows.Title(video.Method)}: {group.Title}, item {item}");
            html.Leaf("figcaption", ControlRows.Title(video.Method));
        }
    }

    /// <summary>The first figure that has a good and a bad side.</summary>
    private static string? Score(ReportContext context, VideoResult video)
    {
        MetricColumn? column = context.Catalogue.Columns.FirstOrDefault(c => c.Better != BetterWhen.Neither && video.Figures.ContainsKey(c.Name));
        return column is null ? null : $"{column.Name} {Figures.Value(video.Figures[column.Name])}";
    }

    private static IEnumerable<string> Items(ReportContext context, ResultGroup group)
    {
        string[] items = [.. group.Results
            .Where(r => r.Method != ControlRows.Reference && HasPictures(r))
            .Select(r => r.Item)
            .Distinct()
            .Order(StringComparer.Ordinal)];
        return context.Options.Items is { } chosen ? chosen.Where(items.Contains) : items.Take(context.Options.ShownItems);
    }

    private static bool HasPictures(VideoResult result) => result.Video is not null || result.Strip is not null;
}
