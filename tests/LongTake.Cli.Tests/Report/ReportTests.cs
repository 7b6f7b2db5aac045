namespace LongTake.Cli.Tests.Report;

/// <summary>"longtake report" where there is nothing to report; pages of results are tested with the writers.</summary>
public class ReportTests : CliFixture
{
    [Fact]
    public void A_page_must_be_asked_for()
    {
        Assert.Contains("--markdown FILE", WrongUsage("report", Folder), StringComparison.Ordinal);
        Assert.Contains("'six'", WrongUsage("report", Folder, "--markdown", At("page.md"), "--lengths", "six"), StringComparison.Ordinal);
        Assert.Contains("name one folder", WrongUsage("report", At("a"), At("b"), "--html", At("page.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_results_are_refused_and_nothing_is_written()
    {
        string page = At("page.md");
        Assert.Contains("missing", Failed("report", At("missing"), "--markdown", page), StringComparison.Ordinal);
        Directory.CreateDirectory(At("empty"));
        Assert.Contains("results.jsonl", Failed("report", At("empty"), "--markdown", page), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(At("empty"), "results.jsonl"), "{\"suite\": ");
        Failed("report", At("empty"), "--markdown", page);
        Assert.False(File.Exists(page));
    }
}
