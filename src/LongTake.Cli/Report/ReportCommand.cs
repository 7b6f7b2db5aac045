using System.CommandLine;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Reports;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Report;

/// <summary>"longtake report": pages from the results of comparisons, without a model.</summary>
internal static class ReportCommand
{
    private const string Examples =
        """
        longtake report comparison --markdown results.md
        longtake report runs/a runs/b --baseline self-forcing --figures S_total,identity,background --markdown docs/results/horizon.md
        longtake report runs/a --methods self-forcing,flex,flex.sink --lengths 6x --curves identity,motion --markdown flex.md
        longtake report comparison --html comparison/report.html
        """;

    public static Command Create(CliEnvironment environment)
    {
        Argument<string[]> folders = new("FOLDER") { Description = "Folders that longtake compare has written; merged.", Arity = ArgumentArity.OneOrMore };
        Option<string?> markdown = Text("--markdown", "Markdown page to write; its charts go into a folder beside it.", "FILE");
        Option<string?> html = Text("--html", "HTML page to write; of one folder, whose videos it shows.", "FILE");
        Option<string?> baseline = Text("--baseline", "Method that the others are compared with. Default: the first.", "NAME");
        Option<string?> title = Text("--title", "Heading of the page.", "TEXT");
        Option<string?> figures = Text("--figures", "Figures in the tables of scores. Default: all.", "LIST");
        Option<string?> curves = Text("--curves", "Curves over time that are drawn, or none. Default: all.", "LIST");
        Option<string?> methods = Text("--methods", "Methods to show, in this order. Default: all. Rows of controls always stay.", "LIST");
        Option<string?> suites = Text("--suites", "Suites to show. Default: all.", "LIST");
        Option<string?> lengths = Text("--lengths", "Lengths to show, such as 6x,12x. Default: all.", "LIST");
        Option<bool> noCosts = new("--no-costs") { Description = "Leave out what the videos cost, as for runs beside other work." };
        Command command = new("report", "Write pages from results that are there already: Markdown, HTML or both.")
        {
            folders, markdown, html, baseline, title, figures, curves, methods, suites, lengths, noCosts,
        };
        command.SetAction(parsed =>
        {
            string[] from = parsed.GetValue(folders)!;
            string? page = parsed.GetValue(markdown), web = parsed.GetValue(html);
            if (page is null && web is null)
            {
                throw new UsageException("there is nothing to write; give --markdown FILE, --html FILE or both.");
            }
            if (web is not null && from.Length > 1)
            {
                throw new UsageException("--html shows the videos of one folder; name one folder, or use --markdown alone.");
            }
            ResultSelection selection = new()
            {
                Methods = List(parsed.GetValue(methods)),
                Suites = List(parsed.GetValue(suites)),
                Lengths = parsed.GetValue(lengths) is string list ? [.. ListOption.Lengths(list)] : null,
            };
            IReadOnlyList<VideoResult> results = selection.From(ResultFolders.Read(from));
            using CpuBackend backend = new(1);
            using MetricWeights weights = MetricWeights.Open(null, backend);
            ReportOptions options = new()
            {
                Title = parsed.GetValue(title) ?? new ReportOptions().Title,
                Baseline = parsed.GetValue(baseline),
                ShownFigures = List(parsed.GetValue(figures)),
                ShownCurves = parsed.GetValue(curves) is "none" ? [] : List(parsed.GetValue(curves)),
                ShowsCosts = !parsed.GetValue(noCosts),
                Columns = NetworkMetrics.All(weights).Columns,
            };
            if (page is not null)
            {
                MarkdownWriter.Write(results, page, options);
                environment.Out.WriteLine(page);
            }
            if (web is not null)
            {
                ReportWriter.Save(web, ReportWriter.ToHtml(results, from[0], options));
                environment.Out.WriteLine(web);
            }
            return LongTakeApplication.Done;
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    private static string[]? List(string? text) => text is null ? null : ListOption.Of(text);
}
