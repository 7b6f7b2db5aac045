using LongTake.Evaluation.Reports.Html;
using LongTake.Evaluation.Reports.Sections;

namespace LongTake.Evaluation.Reports;

/// <summary>
/// Writes results as one HTML page that opens from disk: tables with intervals, curves, costs, film strips, players and the worst videos.
/// The same results and options make the same bytes.
/// </summary>
public static class ReportWriter
{
    /// <summary>Reads results.jsonl and writes the page.</summary>
    /// <param name="resultsPath">The results; the paths of videos and strips in them are relative to its folder.</param>
    /// <param name="reportPath">The page to write.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ReportException">The results cannot be read, there is none of the baseline, or the page cannot be written.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static void Write(string resultsPath, string reportPath, ReportOptions? options = null)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(resultsPath))!;
        string page = ToHtml(CostFile.AddTo(ResultFile.Read(resultsPath), Path.Combine(folder, CostFile.Name)), folder, options);
        Save(reportPath, page);
    }

    /// <summary>Writes a page under another name and renames it, so that no half a page is ever seen; makes its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">What it is to hold.</param>
    /// <exception cref="ReportException">It cannot be written.</exception>
    public static void Save(string path, string text)
    {
        string part = path + ".part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(part, text);
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"The report {path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Makes the page.</summary>
    /// <param name="results">The results.</param>
    /// <param name="folder">Folder that the paths of videos and strips are relative to.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ReportException">There is no result, or none of the baseline.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static string ToHtml(IReadOnlyList<VideoResult> results, string folder, ReportOptions? options = null)
    {
        options ??= new ReportOptions();
        options.Validate();
        ReportContext context = new(results, folder, options);
        (string Id, string Title, Action<HtmlBuilder, ReportContext> Write, bool Any)[] sections =
        [
            ("summary", "Scores", SummarySection.Write, true),
            ("levels", "By level", LevelSection.Write, LevelSection.Any(context)),
            ("scenes", "By number of scenes", ScenesSection.Write, ScenesSection.Any(context)),
            ("curves", "Over time", CurveSection.Write, CurveSection.Any(context)),
            ("jumps", "Jumps by chunk", JumpSection.Write, JumpSection.Any(context)),
            ("cost", "Cost", CostSection.Write, CostSection.Any(context)),
            ("films", "Side by side", FilmSection.Write, FilmSection.Any(context)),
            ("failures", "Worst videos", FailureSection.Write, FailureSection.Any(context)),
            ("figures", "What the figures mean", GlossarySection.Write, true),
            ("protocol", "Protocol", ProtocolSection.Write, true),
        ];
        HtmlBuilder html = new();
        html.Raw("<!DOCTYPE html>\n");
        using (html.Open("html", ("lang", "en")))
        {
            Head(html, options.Title);
            using HtmlBuilder.Scope body = html.Open("body");
            using (html.Open("header"))
            {
                html.Leaf("h1", options.Title);
                html.Leaf("p", Overview(context), ("class", "faint"));
                using HtmlBuilder.Scope nav = html.Open("nav", ("aria-label", "Sections"));
                using HtmlBuilder.Scope list = html.Open("ul");
                foreach ((string id, string title, _, bool any) in sections)
                {
                    if (any)
                    {
                        using HtmlBuilder.Scope item = html.Open("li");
                        html.Leaf("a", title, ("href", "#" + id));
                    }
                }
            }
            using (html.Open("main"))
            {
                foreach ((string id, string title, Action<HtmlBuilder, ReportContext> write, bool any) in sections)
                {
                    if (any)
                    {
                        using HtmlBuilder.Scope section = html.Open("section", ("id", id));
                        html.Leaf("h2", title);
                        write(html, context);
                    }
                }
            }
            using HtmlBuilder.Scope script = html.Open("script");
            html.Raw(ReportStyle.Script);
        }
        html.Line();
        return html.ToString();
    }

    private static void Head(HtmlBuilder html, string title)
    {
        using HtmlBuilder.Scope head = html.Open("head");
        html.Void("meta", ("charset", "utf-8"));
        html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));

        // Nothing may be loaded from anywhere: what the page needs is in it.
        html.Void("meta", ("http-equiv", "Content-Security-Policy"), (
            "content", "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"));
        html.Leaf("title", title);
        using (html.Open("style"))
        {
            html.Raw(ReportStyle.Css);
            html.Raw(ReportStyle.Series());
        }
    }

    private static string Overview(ReportContext context)
    {
        string methods = Count(context.Methods.Count, "method"), suites = Count(context.Groups.Select(g => g.Suite).Distinct().Count(), "suite");
        string baseline = context.Baseline is null ? "" : $" Methods are compared with {ControlRows.Title(context.Baseline)}.";
        return $"{Count(context.Results.Count, "video")} of {methods} and their controls in {suites}.{baseline}";
    }

    internal static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
