using System.Globalization;
using System.Text;
using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Reports;

namespace LongTake.Cli.Compare;

/// <summary>The main figures of a comparison as text; everything else is in the report.</summary>
internal static class ComparisonText
{
    private static readonly string[] s_figures =
    [
        "S_total", "identity", "background", "motion", "following", "drift.fidelity.abs5s", "jumps", "loop",
        "vbench.subject_consistency", "vbench.background_consistency", "clip.score", "si_subject", "si_background", "si_dynamic",
    ];

    /// <summary>A table for each length: means over the videos.</summary>
    public static string Of(IReadOnlyList<VideoResult> results, ComparisonOptions options, string suite)
    {
        StringBuilder text = new();
        VideoResult[] own = [.. results.Where(r => r.Suite == suite)];
        string[] rows = [.. options.Methods.Select(m => m.Label), .. options.Controls ? ControlRows.Names : []];
        foreach (int length in options.Lengths.Order())
        {
            VideoResult[] there = [.. own.Where(r => r.Length == length || r.Method == ControlRows.Reference)];
            string[] figures = [.. s_figures.Where(f => there.Any(r => r.Figures.ContainsKey(f)))];
            int wide = rows.Max(r => ControlRows.Title(r).Length);
            text.AppendLine(CultureInfo.InvariantCulture, $"{suite}, {length}x, means (intervals and all other figures are in the report)");
            text.Append(' ', wide + 2).AppendLine(string.Join("  ", figures.Select(f => f.PadLeft(Math.Max(7, f.Length)))));
            foreach (string row in rows)
            {
                VideoResult[] videos = [.. there.Where(r => r.Method == row)];
                if (videos.Length > 0)
                {
                    text.Append(ControlRows.Title(row).PadRight(wide + 2))
                        .AppendLine(string.Join("  ", figures.Select(f => Mean(videos, f).PadLeft(Math.Max(7, f.Length)))).TrimEnd());
                }
            }
            text.AppendLine();
        }
        return text.ToString();
    }

    /// <summary>Seeds of an item are averaged first, as in the report.</summary>
    private static string Mean(VideoResult[] videos, string figure)
    {
        double[] items =
        [
            .. videos.Where(v => v.Figures.ContainsKey(figure)).GroupBy(v => v.Item).Select(g => g.Average(v => v.Figures[figure])),
        ];
        return items.Length == 0 ? "-" : items.Average().ToString("0.000", CultureInfo.InvariantCulture);
    }
}
