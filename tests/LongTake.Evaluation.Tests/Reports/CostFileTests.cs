using LongTake.Evaluation.Reports;

namespace LongTake.Evaluation.Tests.Reports;

public sealed class CostFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-costs").FullName;

    private string File => Path.Combine(_folder, CostFile.Name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Costs_find_their_videos_and_the_later_one_counts()
    {
        VideoResult a = Video("001"), b = Video("002");
        CostFile.Append(File, a, new ResultCost(.5, 1, 1L << 30, 300));
        CostFile.Append(File, a, new ResultCost(.7, 1, 1L << 30, 300));
        System.IO.File.AppendAllText(File, "{\"method\":\"full\",\"sui");
        IReadOnlyList<VideoResult> results = CostFile.AddTo([a, b], File);
        Assert.Equal(.7, results[0].Cost!.SecondsPerChunk);
        Assert.Null(results[1].Cost);
        CostFile.Append(File, b, new ResultCost(.9, Judgments: 40, Searches: 6, Replacements: 5));
        Assert.Equal(new ResultCost(.9, Judgments: 40, Searches: 6, Replacements: 5), CostFile.AddTo([a, b], File)[1].Cost);
    }

    [Fact]
    public void Without_a_file_results_stay_and_a_damaged_line_is_named()
    {
        Assert.Null(CostFile.AddTo([Video("001")], File)[0].Cost);
        foreach (string line in new[] { "no cost\n", "{}\n", "{\"method\":\"full\"}\n" })
        {
            System.IO.File.WriteAllText(File, line);
            Assert.Contains("line 1", Assert.Throws<ReportException>(() => CostFile.AddTo([Video("001")], File)).Message, StringComparison.Ordinal);
        }
    }

    private static VideoResult Video(string item) => new() { Method = "full", Suite = "single", Item = item, Length = 6, Seed = 0 };
}
