using System.Globalization;
using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>What videos took to make; methods that attend to equally many tokens stand together.</summary>
internal static class CostSection
{
    public static bool Any(ReportContext context) => context.Options.ShowsCosts && context.Results.Any(r => r.Cost is not null);

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf("p", "Means over the videos; memory is the most that any of them took. Methods are in the order of the tokens that a chunk attends to.");
        using HtmlBuilder.Scope tables = html.Open("div", ("class", "tables"));
        foreach (HtmlTable table in Tables(context))
        {
            table.Write(html);
        }
    }

    /// <summary>The tables, for every kind of page.</summary>
    public static IEnumerable<HtmlTable> Tables(ReportContext context)
    {
        foreach (ResultGroup group in context.Groups)
        {
            VideoResult[] generated = [.. group.Results.Where(r => r.Cost is not null && r.Method != ControlRows.Reference)];
            if (generated.Length == 0)
            {
                continue;
            }
            HtmlTable table = new HtmlTable($"{group.Title}: cost").Column("Method").Column("attended tokens", "a chunk")
                .Column("network calls", "a latent frame").Column("seconds a chunk")
                .Column("beside the baseline", "seconds a chunk, 1 is as many").Column("first frame", "after seconds").Column("peak memory");
            bool searches = generated.Any(r => r.Cost!.Judgments is not null);
            if (searches)
            {
                table.Column("searched", "of judgments").Column("replaced", "of judgments, R_corr").Column("successful", "of searches, R_succ");
            }
            double? baseline = generated.Where(r => r.Method == context.Baseline).Average(r => r.Cost!.SecondsPerChunk);
            foreach (IGrouping<string, VideoResult> method in generated.GroupBy(r => r.Method)
                .OrderBy(m => m.Average(r => r.Cost!.AttendedTokensPerChunk) ?? double.MaxValue).ThenBy(m => m.Key, StringComparer.Ordinal))
            {
                List<HtmlCell> cells =
                [
                    Cell(method.Average(r => r.Cost!.AttendedTokensPerChunk), v => v.ToString("#,0", CultureInfo.InvariantCulture)),
                    Cell(method.Average(r => r.Cost!.NetworkCallsPerLatent), v => v.ToString("0.##", CultureInfo.InvariantCulture)),
                    Cell(method.Average(r => r.Cost!.SecondsPerChunk), Figures.Value),
                    Cell(method.Average(r => r.Cost!.SecondsPerChunk) / baseline, v => v.ToString("0.00", CultureInfo.InvariantCulture)),
                    Cell(method.Average(r => r.Cost!.SecondsToFirstFrame), Figures.Value),
                    Cell(method.Max(r => r.Cost!.PeakMemoryBytes), Figures.Bytes),
                ];
                if (searches)
                {
                    double? judged = method.Sum(r => r.Cost!.Judgments), searched = method.Sum(r => r.Cost!.Searches), replaced = method.Sum(r => r.Cost!.Replacements);
                    cells.AddRange([Share(searched, judged), Share(replaced, judged), Share(replaced, searched)]);
                }
                table.Row(new HtmlCell(ControlRows.Title(method.Key)), cells);
            }
            yield return table;
        }
    }

    private static HtmlCell Share(double? part, double? of) =>
        of > 0 ? new HtmlCell((part!.Value / of.Value).ToString("0.0 %", CultureInfo.InvariantCulture)) : HtmlCell.Empty;

    private static HtmlCell Cell(double? value, Func<double, string> text) => value is double v ? new HtmlCell(text(v)) : HtmlCell.Empty;
}
