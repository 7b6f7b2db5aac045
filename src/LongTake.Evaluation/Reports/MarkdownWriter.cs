using System.Text;
using LongTake.Evaluation.Reports.Html;
using LongTake.Evaluation.Reports.Sections;

namespace LongTake.Evaluation.Reports;

/// <summary>
/// Writes results as a Markdown page, with its charts as .svg files in a folder beside it: the tables of the HTML report, to be kept under
/// version control. The same results and options make the same bytes.
/// </summary>
public static class MarkdownWriter
{
    // A page that shows the drawing may be light or dark whatever the system says, so the drawing has a ground of its own.
    private const string Ground = "svg.chart{background:var(--paper)}";

    /// <summary>Writes the page and its charts.</summary>
    /// <param name="results">The results.</param>
    /// <param name="path">The page; charts go into the folder of its name without extension.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ReportException">There is no result, or none of the baseline or of a figure; or a file cannot be written.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static void Write(IReadOnlyList<VideoResult> results, string path, ReportOptions? options = null)
    {
        options ??= new ReportOptions();
        options.Validate();
        ReportContext context = new(results, ".", options);
        StringBuilder text = new($"# {Markdown.Escape(options.Title)}\n\n");
        Run(text, context);
        foreach (ResultGroup group in context.Groups)
        {
            text.Append($"## {Markdown.Escape(SummarySection.Heading(group))}\n\n{Markdown.Escape(SummarySection.Sizes(group))}\n\n");
            foreach (HtmlTable table in SummarySection.Tables(context, group))
            {
                text.Append(table.ToMarkdown()).Append('\n');
            }
            foreach (string note in Notes.Of(context, group))
            {
                text.Append(Markdown.Escape(note)).Append("\n\n");
            }
            Charts(text, context, group, path);
        }
        if (CostSection.Any(context))
        {
            text.Append("## Cost\n\nMeans over the videos; memory is the most that any of them took.\n\n");
            foreach (HtmlTable table in CostSection.Tables(context))
            {
                text.Append(table.ToMarkdown()).Append('\n');
            }
        }
        ReportWriter.Save(path, text.ToString().TrimEnd('\n') + "\n");
    }

    private static void Run(StringBuilder text, ReportContext context)
    {
        foreach ((string name, IEnumerable<string?> values) in ((string, IEnumerable<string?>)[])
        [
            ("Model", context.Results.Select(r => r.Model is null ? null : $"{r.Model} ({r.ModelFingerprint ?? "no fingerprint"})")),
            ("Version", context.Results.Select(r => r.Version)),
            ("Baseline", [context.Baseline]),
        ])
        {
            string[] present = [.. values.OfType<string>().Distinct()];
            if (present.Length > 0)
            {
                text.Append($"- {name}: {Markdown.Escape(string.Join(", ", present))}\n");
            }
        }
        text.Append(
            "\nEach cell is the mean over the items; below it the mean difference from the baseline on the same items and its 95 % paired-bootstrap "
            + "interval. ▲ and ▼ mark differences whose interval excludes zero, for the better and for the worse. Seeds of an item are averaged "
            + "first. Intervals cover the items that were drawn, not other prompts; few items make them wide, and they are not corrected for "
            + "the number of comparisons.\n\n");
    }

    private static void Charts(StringBuilder text, ReportContext context, ResultGroup group, string path)
    {
        string folder = Path.GetFileNameWithoutExtension(path);
        foreach ((string name, IReadOnlyList<ChartSeries> series) in CurveSection.Charts(context, group))
        {
            string title = $"{name} over time, {group.Title}", file = $"{group.Anchor}-{Anchors.Of(name)}.svg";
            HtmlBuilder svg = new();
            SvgLineChart.Write(svg, title, "time in seconds", name, series, ReportStyle.Css + ReportStyle.Series() + Ground);
            ReportWriter.Save(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, folder, file), svg.ToString());
            text.Append($"<img src=\"{Uri.EscapeDataString(folder)}/{Uri.EscapeDataString(file)}\" alt=\"{HtmlBuilder.Escape(title)}\" width=\"560\">\n\n");
        }
    }
}
