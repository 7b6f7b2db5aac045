using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>How the numbers came about: videos, models, settings, statistics, and what could not be measured.</summary>
internal static class ProtocolSection
{
    public static void Write(HtmlBuilder html, ReportContext context)
    {
        Videos(html, context);
        Methods(html, context);
        Missing(html, context);
        html.Leaf("h3", "Statistics");
        html.Leaf(
            "p",
            FormattableString.Invariant($"Items are the units; the seeds of an item are averaged first. Intervals are 95 % expanded-percentile bootstrap ")
            + FormattableString.Invariant(
                $"intervals with {context.Options.Statistics.Resamples} resamples (Student's below 8 items); differences are paired by item. ")
            + FormattableString.Invariant(
                $"p-values are of the two-sided paired sign-flip test, exact up to 14 items, else with {context.Options.Statistics.Flips} ")
            + FormattableString.Invariant($"random patterns. Seed {context.Options.Statistics.Seed}. Frames are measured as decoded, 8 bits a channel."));
    }

    private static void Videos(HtmlBuilder html, ReportContext context)
    {
        HtmlTable table = new HtmlTable("Videos").Column("Suite and length").Column("items").Column("videos").Column("frames").Column("seconds")
            .Column("frames a second").Column("size");
        foreach (ResultGroup group in context.Groups)
        {
            VideoResult[] own = [.. group.Results.Where(r => r.Method != ControlRows.Reference)];
            table.Row(
                new HtmlCell(group.Title), new HtmlCell($"{own.Select(r => r.Item).Distinct().Count()}"), new HtmlCell($"{own.Length}"),
                All(own, r => r.Frames), All(own, r => FormattableString.Invariant($"{r.Seconds:0.0}")),
                All(own, r => FormattableString.Invariant($"{r.FramesPerSecond:0.##}")), All(own, r => $"{r.Width}×{r.Height}"));
        }
        table.Write(html);
    }

    private static void Methods(HtmlBuilder html, ReportContext context)
    {
        HtmlTable table = new HtmlTable("Methods").Column("Method").Column("model").Column("fingerprint").Column("version").Column("settings", text: true);
        foreach (IGrouping<string, VideoResult> method in context.Results.Where(r => r.Model is not null).GroupBy(r => r.Method))
        {
            string[] settings = [.. method.Select(r => string.Join(", ", r.Settings.Select(s => $"{s.Key} {s.Value}"))).Distinct()];
            table.Row(
                new HtmlCell(ControlRows.Title(method.Key)), All(method, r => r.Model), All(method, r => Short(r.ModelFingerprint)), All(method, r => r.Version),
                new HtmlCell(settings.Length == 1 ? settings[0] : $"differ: {string.Join(" | ", settings)}", Class: "wrap"));
        }
        table.Write(html);
    }

    private static void Missing(HtmlBuilder html, ReportContext context)
    {
        (string Metric, string Why, int Videos)[] missing =
        [
            .. context.Results.SelectMany(r => r.Missing).GroupBy(m => (m.Key, m.Value)).Select(g => (g.Key.Key, g.Key.Value, g.Count()))
                .OrderBy(m => m.Item1, StringComparer.Ordinal),
        ];
        if (missing.Length == 0)
        {
            return;
        }
        HtmlTable table = new HtmlTable("Metrics that could not be had").Column("Metric").Column("videos").Column("why", text: true);
        foreach ((string metric, string why, int videos) in missing)
        {
            table.Row(new HtmlCell(metric), new HtmlCell($"{videos}"), new HtmlCell(why, Class: "wrap"));
        }
        table.Write(html);
    }

    /// <summary>What all of them have, or that they differ: a mixture must not look like one thing.</summary>
    private static HtmlCell All<T>(IEnumerable<VideoResult> results, Func<VideoResult, T> value)
    {
        T[] values = [.. results.Select(value).Distinct().Order()];
        return values.Length == 1
            ? values[0] is null ? HtmlCell.Empty : new HtmlCell(FormattableString.Invariant($"{values[0]}"))
            : new HtmlCell("differ", Hint: string.Join(", ", values.Select(v => FormattableString.Invariant($"{v}"))));
    }

    private static string? Short(string? fingerprint) => fingerprint is { Length: > 12 } ? fingerprint[..12] : fingerprint;
}
