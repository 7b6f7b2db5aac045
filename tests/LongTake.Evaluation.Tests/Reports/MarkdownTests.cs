using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LongTake.Evaluation.Reports;

namespace LongTake.Evaluation.Tests.Reports;

public sealed class MarkdownTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-markdown").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_page_has_whole_tables_the_means_of_the_results_and_charts_that_exist()
    {
        ReportSamples.Write(_folder, items: 4, seeds: 1, withVideos: 0);
        IReadOnlyList<VideoResult> results = ResultFolders.Read([_folder]);
        string path = Path.Combine(_folder, "pages", "horizon.md");
        MarkdownWriter.Write(results, path, new ReportOptions { Columns = ReportSamples.Columns, Baseline = "window" });
        string page = File.ReadAllText(path);

        int columns = 0;
        foreach (string line in page.Split('\n'))
        {
            int bars = line.StartsWith('|') ? Regex.Count(line, @"(?<!\\)\|") : 0;
            Assert.True(columns == 0 || bars == 0 || bars == columns, line);
            columns = bars;
        }
        string mean = results.Where(r => r is { Method: "full", Suite: "story", Length: 6 }).Average(r => r.Figures["identity"])
            .ToString("0.000", CultureInfo.InvariantCulture);
        string story = page[page.IndexOf("## story", StringComparison.Ordinal)..];
        Assert.Contains(mean, story.Split('\n').First(l => l.StartsWith("| full |", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("| **Controls** |", page, StringComparison.Ordinal);

        // The baseline's own cost is 1; the others' are multiples of it.
        string cost = page[page.IndexOf("## Cost", StringComparison.Ordinal)..];
        double Seconds(string method) => results.Where(r => r.Method == method).Average(r => r.Cost!.SecondsPerChunk)!.Value;
        Assert.Contains("| 1.00 |", cost.Split('\n').First(l => l.StartsWith("| window |", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(
            (Seconds("full") / Seconds("window")).ToString("| 0.00 |", CultureInfo.InvariantCulture),
            cost.Split('\n').First(l => l.StartsWith("| full |", StringComparison.Ordinal)), StringComparison.Ordinal);

        string[] images = [.. Regex.Matches(page, "<img src=\"([^\"]+)\"").Select(m => m.Groups[1].Value)];
        Assert.NotEmpty(images);
        Assert.Equal(images.Length, images.Distinct().Count());
        Assert.All(images, i => Assert.Equal(
            "{http://www.w3.org/2000/svg}svg", XDocument.Load(Path.Combine(_folder, "pages", i)).Root!.Name.ToString()));
    }

    [Fact]
    public void Only_the_figures_that_were_asked_for_are_shown_and_unknown_ones_are_named()
    {
        ReportSamples.Write(_folder, items: 2, seeds: 1, withVideos: 0);
        string path = Path.Combine(_folder, "page.md");
        MarkdownWriter.Write(ResultFolders.Read([_folder]), path, new ReportOptions { ShownFigures = ["identity"] });
        Assert.DoesNotContain("unknown\\_figure", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("nonsense", Assert.Throws<ReportException>(() =>
            MarkdownWriter.Write(ResultFolders.Read([_folder]), path, new ReportOptions { ShownFigures = ["nonsense"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Methods_lengths_and_curves_can_be_chosen_and_unknown_ones_are_named()
    {
        ReportSamples.Write(_folder, items: 2, seeds: 1, withVideos: 0);
        IReadOnlyList<VideoResult> all = ResultFolders.Read([_folder]);
        ResultSelection selection = new() { Methods = ["deep-sink", "window"], Suites = ["story", "single"], Lengths = [6] };
        string path = Path.Combine(_folder, "page.md");
        MarkdownWriter.Write(selection.From(all), path, new ReportOptions { Baseline = "window", ShownFigures = ["identity"], ShownCurves = ["identity"] });
        string page = File.ReadAllText(path);
        Assert.DoesNotContain("longlive-infinity", page, StringComparison.Ordinal);
        Assert.Contains("| Loop |", page, StringComparison.Ordinal);
        Assert.Contains("| 1× reference |", page, StringComparison.Ordinal);
        Assert.Equal(["## story, 6×", "## single, 6×"], Regex.Matches(page, "^## [a-z]+, 6×", RegexOptions.Multiline).Select(m => m.Value));
        Assert.DoesNotContain("single, 1×", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "<img "));
        Assert.Equal("deep-sink", selection.From(all)[0].Method);

        Assert.Contains("## Cost", page, StringComparison.Ordinal);
        MarkdownWriter.Write(all, path, new ReportOptions { ShownCurves = [], ShowsCosts = false });
        Assert.DoesNotContain("<img ", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.DoesNotContain("## Cost", File.ReadAllText(path), StringComparison.Ordinal);

        Unknown("there are full, window, longlive-infinity, deep-sink", new ResultSelection { Methods = ["flex"] });
        Unknown("there are single, story", new ResultSelection { Suites = ["cross"] });
        Unknown("length 12x; there are 1x, 6x", new ResultSelection { Lengths = [12] });
        Assert.Contains("nonsense", Assert.Throws<ReportException>(
            () => MarkdownWriter.Write(all, path, new ReportOptions { ShownCurves = ["nonsense"] })).Message, StringComparison.Ordinal);

        void Unknown(string words, ResultSelection wrong) =>
            Assert.Contains(words, Assert.Throws<ReportException>(() => wrong.From(all)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_are_merged_and_what_does_not_fit_together_is_refused()
    {
        VideoResult one = Video("001");
        Assert.Equal(2, ResultFolders.Read([Folder("a", one), Folder("b", one, Video("002"))]).Count);
        Refused("different results", one with { Figures = new Dictionary<string, double> { ["identity"] = .6 } });
        Refused("ffff", Video("003") with { ModelFingerprint = "ffff" });
        Refused("128x64", Video("003") with { Height = 64, Width = 128 });
        Assert.Contains("no result yet", Assert.Throws<ReportException>(() => ResultFolders.Read([Folder("e")])).Message, StringComparison.Ordinal);
        Assert.Contains("There is no results.jsonl", Assert.Throws<ReportException>(
            () => ResultFolders.Read([Path.Combine(_folder, "none")])).Message, StringComparison.Ordinal);
    }

    private void Refused(string words, VideoResult other) => Assert.Contains(
        words,
        Assert.Throws<ReportException>(() => ResultFolders.Read([Path.Combine(_folder, "a"), Folder(Path.GetRandomFileName(), other)])).Message,
        StringComparison.Ordinal);

    private string Folder(string name, params VideoResult[] results)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        ResultFile.Append(Path.Combine(folder, "results.jsonl"), results);
        return folder;
    }

    private static VideoResult Video(string item) => new()
    {
        Method = "full",
        Suite = "single",
        Item = item,
        Length = 6,
        Seed = 0,
        Height = 64,
        Width = 64,
        FramesPerSecond = 8,
        Model = "shapes",
        ModelFingerprint = "5f2c",
        Figures = new Dictionary<string, double> { ["identity"] = .5 },
    };
}
