using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports;

namespace LongTake.Evaluation.Tests.Reports;

public sealed class ResultFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-results-").FullName;

    private string FilePath => Path.Combine(_folder, "results.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Everything_comes_back()
    {
        VideoResult result = new()
        {
            Method = "full",
            Suite = "single",
            Item = "007",
            Length = 6,
            Seed = ulong.MaxValue,
            Level = "CG-1",
            Prompts = [new PromptSegment("a \"quoted\" <prompt>\nof two lines", 0), new PromptSegment("b", 33)],
            Frames = 213,
            Height = 64,
            Width = 48,
            FramesPerSecond = 24000.0 / 1001,
            Model = "shapes",
            ModelFingerprint = "abc",
            Version = "0.1.0",
            Settings = new Dictionary<string, string> { ["Preset"] = "full" },
            Figures = new Dictionary<string, double> { ["S_total"] = 1 / 3.0 },
            Missing = new Dictionary<string, string> { ["vbench.x"] = "no weights" },
            Curves = new Dictionary<string, ResultCurve> { ["identity"] = ResultCurve.Of(new MetricCurve(2, [.5, double.NaN, 1])) },
            Events = new Dictionary<string, IReadOnlyList<int>> { ["jumps"] = [3, 99] },
            Cost = new ResultCost(.5, null, 1L << 40, 1344),
            Video = "v/007.mp4",
            Strip = "v/007.png",
        };
        ResultFile.Append(FilePath, result);
        VideoResult read = Assert.Single(ResultFile.Read(FilePath));
        Assert.Equal(result.Key, read.Key);
        Assert.Equivalent(result, read, strict: true);
        Assert.Null(read.Curves["identity"].Values[1]);
        Assert.Single(File.ReadAllLines(FilePath));
    }

    [Fact]
    public void A_line_that_was_cut_off_is_left_out_and_overwritten()
    {
        ResultFile.Append(FilePath, Result("a"), Result("b"));
        long whole = new FileInfo(FilePath).Length;
        File.AppendAllText(FilePath, "{\"method\":\"full\",\"suite\":\"sin");
        Assert.Equal(["a", "b"], ResultFile.Read(FilePath).Select(r => r.Item));
        ResultFile.Append(FilePath, Result("c"));
        Assert.Equal(["a", "b", "c"], ResultFile.Read(FilePath).Select(r => r.Item));
        Assert.Equal(whole * 3 / 2, new FileInfo(FilePath).Length);

        // Also when the cut-off line is all there is, and longer than one look back.
        File.WriteAllText(FilePath, new string('x', 10_000));
        ResultFile.Append(FilePath, Result("d"));
        Assert.Equal("d", Assert.Single(ResultFile.Read(FilePath)).Item);
    }

    [Fact]
    public void Mistakes_are_one_line_that_names_the_place()
    {
        Assert.Contains("results.jsonl cannot be read", Error(), StringComparison.Ordinal);
        File.WriteAllText(FilePath, "{\"method\":\"full\"}\n");
        Assert.Contains("line 1: this is no result", Error(), StringComparison.Ordinal);
        File.WriteAllText(FilePath, "null\n");
        Assert.Contains("line 1: this is no result", Error(), StringComparison.Ordinal);
        File.Delete(FilePath);
        ResultFile.Append(FilePath, Result("a"), Result("b"), Result("a"));
        Assert.Contains("lines 1 and 3 are of the same video (full, single a, seed 0)", Error(), StringComparison.Ordinal);
        VideoResult bad = Result("x") with { Figures = new Dictionary<string, double> { ["f"] = double.NaN } };
        Assert.Contains("figure f of full", Assert.Throws<ReportException>(() => ResultFile.Append(FilePath, bad)).Message, StringComparison.Ordinal);
    }

    private string Error()
    {
        string message = Assert.Throws<ReportException>(() => ResultFile.Read(FilePath)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static VideoResult Result(string item) => new() { Method = "full", Suite = "single", Item = item, Length = 1, Seed = 0 };
}
