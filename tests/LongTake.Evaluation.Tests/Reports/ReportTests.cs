using System.Text.RegularExpressions;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Tests.Reports;

public sealed partial class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_report_has_all_its_parts_and_needs_nothing_else()
    {
        string results = ReportSamples.Write(_folder, items: 9, withVideos: 1), report = Path.Combine(_folder, "report.html");
        ReportOptions options = new() { Columns = ReportSamples.Columns, Baseline = "window" };
        ReportWriter.Write(results, report, options);
        string html = File.ReadAllText(report);
        string[] ids = [.. Regex.Matches(html, "<section id=\"([a-z]+)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal(["summary", "curves", "jumps", "cost", "films", "failures", "figures", "protocol"], ids);
        CheckBalance(html);

        // Nothing from elsewhere: the only addresses are data and places in the page.
        Assert.All(Regex.Matches(html, "(?:src|href)=\"([^\"]*)\"").Select(m => m.Groups[1].Value), a => Assert.Matches("^(#|data:)", a));
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);

        // Every link has somewhere to go, and no id is given twice.
        string[] all = [.. Regex.Matches(html, " id=\"([^\"]*)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(Regex.Matches(html, "href=\"#([^\"]*)\"").Select(m => m.Groups[1].Value), a => Assert.Contains(a, all));

        // Three groups of results with two curves each, and a histogram for four methods and two controls.
        Assert.Equal(3 * 2, Regex.Count(html, "over time, "));
        Assert.Equal(3 * 6, Regex.Count(html, "class=\"heading\""));
        Assert.Contains("data:image/png;base64,", html, StringComparison.Ordinal);
        Assert.Contains("Controls", html, StringComparison.Ordinal);
        Assert.All(ControlRows.Names, c => Assert.Contains(ControlRows.Title(c), html, StringComparison.Ordinal));
        Assert.Contains(
            "window, full, longlive-infinity and deep-sink beat looping and restarting a short clip on S_total.", html, StringComparison.Ordinal);
        Assert.Equal(html, ReportWriter.ToHtml(ResultFile.Read(results), _folder, options));
    }

    [Fact]
    public void Methods_of_which_the_same_holds_share_a_verdict()
    {
        VideoResult[] results = [.. ResultFile.Read(ReportSamples.Write(_folder, items: 9, withVideos: 0))];
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].Method is "window" or "deep-sink" or "full")
            {
                results[i] = results[i] with
                {
                    Figures = new Dictionary<string, double>(results[i].Figures) { ["S_total"] = results[i].Method == "full" ? .72 : .1 },
                };
            }
        }
        string html = ReportWriter.ToHtml(results, _folder, new ReportOptions { Columns = ReportSamples.Columns });
        string[] verdicts = [.. Regex.Matches(html, "[^>]* beats? [^<]*S_total[^<]*|[^>]* not beat [^<]*").Select(m => m.Value).Distinct()];
        Assert.Equal(
            [
                "longlive-infinity beats looping and restarting a short clip on S_total.",
                "full does not beat “Restart” on S_total beyond chance: by this measure it has not extended the model.",
                "window and deep-sink do not beat “Loop” and “Restart” on S_total beyond chance: by this measure they have not extended the model.",
            ],
            verdicts);
    }

    [Fact]
    public void The_baseline_comes_first_and_the_others_are_compared_with_it()
    {
        string html = Html(new ReportOptions { Columns = ReportSamples.Columns, Baseline = "window" });
        string table = Table().Matches(html).Select(m => m.Value).First(t => t.Contains("single, 6×: Totals", StringComparison.Ordinal));
        string[] rows = [.. Regex.Matches(table, "<tr><th scope=\"row\"[^>]*>([^<]*)").Select(m => m.Groups[1].Value)];
        Assert.Equal(
            ["window", "full", "longlive-infinity", "deep-sink", "Ground truth", "VAE ceiling", "1× reference", "Frozen", "Loop", "Restart", "Random"],
            rows);
        string[] cells = [.. Regex.Matches(table, "<td.*?</td>").Select(m => m.Value)];

        // Nothing is compared with the baseline in its own row or in those of controls.
        Assert.DoesNotContain(cells[..4], c => c.Contains('▲', StringComparison.Ordinal) || c.Contains('▼', StringComparison.Ordinal));
        Assert.Contains(cells[4..16], c => c.Contains("better", StringComparison.Ordinal));
        Assert.Contains(cells[4..16], c => c.Contains("paired sign-flip test, 9 items", StringComparison.Ordinal));
        Assert.DoesNotContain(cells[16..], c => c.Contains("<small>", StringComparison.Ordinal));
    }

    [Fact]
    public void Stand_ins_never_share_a_table_with_other_figures()
    {
        string html = Html(new ReportOptions { Columns = ReportSamples.Columns });
        string[] tables = [.. Table().Matches(html)
            .Select(m => m.Value)
            .Where(t => t.Contains(">si_imaging<", StringComparison.Ordinal) && t.Contains("Controls", StringComparison.Ordinal))];
        Assert.Equal(3, tables.Length);
        Assert.All(tables, t => Assert.Contains("Stand-ins (not VBench)", t, StringComparison.Ordinal));
        Assert.All(tables, t => Assert.DoesNotContain("S_total", t, StringComparison.Ordinal));
    }

    [Fact]
    public void Text_alignment_through_clip_is_not_in_the_table_of_vbench()
    {
        string[] figures = ["vbench.quality", "vbench_long.clip.score", "clip.score"];
        VideoResult result = new() { Method = "full", Suite = "single", Item = "001", Length = 1, Seed = 0, Figures = figures.ToDictionary(f => f, _ => 0.5) };
        Dictionary<string, string[]> tables = new FigureCatalogue([result], []).Tables(_ => true)
            .ToDictionary(t => t.Title, t => t.Columns.Select(c => c.Name).ToArray());
        Assert.Equal(["vbench.quality"], tables["VBench"]);
        Assert.Equal(["clip.score", "vbench_long.clip.score"], tables["Text alignment (CLIP, not VBench)"]);
    }

    [Fact]
    public void Levels_and_numbers_of_scenes_are_told_apart()
    {
        VideoResult[] results =
        [
            .. Enumerable.Range(0, 24).Select(i => new VideoResult
            {
                Method = "full",
                Suite = "atoms",
                Item = $"{i:D3}",
                Length = 6,
                Seed = 0,
                Level = i % 2 == 0 ? "ID" : "CG-1",
                Prompts = [.. Enumerable.Range(0, 1 + (i % 3)).Select(p => new PromptSegment($"scene {p}", 12 * p))],
                Frames = 100,
                FramesPerSecond = 8,
                Figures = new Dictionary<string, double> { ["atoms.cov"] = i % 2 == 0 ? .75 : .25, ["S_total"] = .1 * (1 + (i % 3)) },
            }),
        ];
        MetricColumn[] columns = [new("S_total", BetterWhen.Higher, ""), new("atoms.cov", BetterWhen.Higher, "")];
        string html = ReportWriter.ToHtml(results, _folder, new ReportOptions { Columns = columns });
        CheckBalance(html);
        string table = Table().Matches(html).Select(m => m.Value).Single(t => t.Contains("by level", StringComparison.Ordinal));
        string[] cells = [.. Regex.Matches(table, "<td[^>]*>([^<]*)").Select(m => m.Groups[1].Value)];
        Assert.Equal(["ID", "12", "0.200", "0.750", "CG-1", "12", "0.200", "0.250"], cells);
        Assert.Contains("atoms.cov by scenes, atoms, 6×", html, StringComparison.Ordinal);
        Assert.Contains("full: 0.300 at 3<", html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_users_write_is_text_and_never_markup()
    {
        const string Evil = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;\u0001";
        VideoResult result = new()
        {
            Method = Evil,
            Suite = Evil,
            Item = Evil,
            Length = 2,
            Seed = 1,
            Level = Evil,
            Frames = 40,
            FramesPerSecond = 8,
            Model = Evil,
            ModelFingerprint = Evil,
            Version = Evil,
            Prompts = [new PromptSegment(Evil, 0)],
            Settings = new Dictionary<string, string> { [Evil] = Evil },
            Figures = new Dictionary<string, double> { [Evil] = 1, ["x"] = 2 },
            Missing = new Dictionary<string, string> { [Evil] = Evil },
            Curves = new Dictionary<string, ResultCurve> { [Evil] = new(1, [1, null, 2]) },
            Events = new Dictionary<string, IReadOnlyList<int>> { ["jumps"] = [5, -1, 4000] },
            Cost = new ResultCost(),
            Video = Evil + ".mp4",
        };
        string html = ReportWriter.ToHtml(
            [result, result with { Method = "other" + Evil }], _folder,
            new ReportOptions { Title = Evil, Columns = [new MetricColumn(Evil, BetterWhen.Higher, Evil)] });
        CheckBalance(html);
        Assert.Equal(1, Regex.Count(html, "<script"));
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0001', html);
    }

    [Fact]
    public void Missing_and_large_videos_are_said_in_their_place()
    {
        VideoResult result = new()
        {
            Method = "full",
            Suite = "mine",
            Item = "a",
            Length = 1,
            Seed = 0,
            Video = "gone.mp4",
            Figures = new Dictionary<string, double> { ["S_total"] = .5 },
        };
        File.WriteAllBytes(Path.Combine(_folder, "large.mp4"), new byte[3000]);
        File.WriteAllText(Path.Combine(_folder, "broken.png"), "no picture");
        string html = ReportWriter.ToHtml(
            [result, result with { Item = "b", Video = "large.mp4", Strip = "broken-strip.png" }, result with { Item = "c", Video = "broken.png" }],
            _folder, new ReportOptions { Columns = ReportSamples.Columns, MaxVideoBytes = 2000 });
        Assert.Contains("gone.mp4 is not there", html, StringComparison.Ordinal);
        Assert.Contains("large.mp4 is too large", html, StringComparison.Ordinal);
        Assert.Contains("broken-strip.png is not there", html, StringComparison.Ordinal);
        Assert.Contains("not a PNG", html, StringComparison.Ordinal);

        // A film is played by the browser's own player, from the page itself.
        File.WriteAllBytes(Path.Combine(_folder, "small.mp4"), [1, 2, 3]);
        html = ReportWriter.ToHtml([result with { Video = "small.mp4" }], _folder);
        Assert.Contains("<video src=\"data:video/mp4;base64,AQID\" controls loop muted playsinline", html, StringComparison.Ordinal);
        CheckBalance(html);
    }

    [Fact]
    public void The_gallery_has_the_worst_items_of_each_figure_once()
    {
        VideoResult[] results =
        [
            .. Enumerable.Range(0, 6).Select(i => new VideoResult
            {
                Method = "full", Suite = "mine", Item = $"item{i}", Length = 1, Seed = 0, Strip = "s.png",
                Figures = new Dictionary<string, double> { ["S_total"] = i, ["jumps"] = i, ["d_luma"] = i - 2 },
            }),
        ];
        string html = ReportWriter.ToHtml(results, _folder, new ReportOptions { Columns = ReportSamples.Columns, Worst = 2, ShownItems = 0 });
        string gallery = html[html.IndexOf("<section id=\"failures\"", StringComparison.Ordinal)..html.IndexOf("<section id=\"figures\"", StringComparison.Ordinal)];
        string[] shown = [.. Regex.Matches(gallery, "Item (item\\d), seed 0").Select(m => m.Groups[1].Value)];

        // By S_total the lowest, by jumps the highest, by d_luma those farthest from zero; the last two were shown above.
        Assert.Equal(["item0", "item1", "item5", "item4", "item5", "item0"], [.. shown]);
        Assert.Equal(1, Regex.Count(gallery, "Shown above"));
        Assert.Equal(2, Regex.Count(gallery, "href=\"#"));
        Assert.DoesNotContain("<section id=\"films\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_baselines_and_empty_results_are_refused()
    {
        VideoResult result = new() { Method = "full", Suite = "s", Item = "i", Length = 1, Seed = 0 };
        string message = Assert.Throws<ReportException>(() => ReportWriter.ToHtml([result], _folder, new ReportOptions { Baseline = "fool" })).Message;
        Assert.Contains("baseline fool", message, StringComparison.Ordinal);
        Assert.Contains("full", message, StringComparison.Ordinal);
        Assert.Throws<ReportException>(() => ReportWriter.ToHtml([], _folder));
        Assert.Throws<ArgumentException>(() => ReportWriter.ToHtml([result], _folder, new ReportOptions { Worst = -1 }));
        Assert.Contains("Scores", ReportWriter.ToHtml([result], _folder), StringComparison.Ordinal);
        Assert.Contains("Scores", ReportWriter.ToHtml([result with { Method = ControlRows.Reference }], _folder), StringComparison.Ordinal);
    }

    private string Html(ReportOptions options) =>
        ReportWriter.ToHtml(ResultFile.Read(ReportSamples.Write(_folder, items: 9, seeds: 1, withVideos: 0)), _folder, options);

    /// <summary>Every element that is opened is closed, in order.</summary>
    private static void CheckBalance(string html)
    {
        string[] single = ["meta", "img"];
        Stack<string> open = new();
        foreach (Match tag in Regex.Matches(html, "<(/?)([a-z0-9]+)(?:[^>\"]|\"[^\"]*\")*?(/?)>"))
        {
            string name = tag.Groups[2].Value;
            if (tag.Groups[1].Value == "/")
            {
                Assert.Equal(open.Pop(), name);
            }
            else if (tag.Groups[3].Value != "/" && !single.Contains(name))
            {
                open.Push(name);
            }
        }
        Assert.Empty(open);
    }

    [GeneratedRegex("<table>.*?</table>", RegexOptions.Singleline)]
    private static partial Regex Table();
}
