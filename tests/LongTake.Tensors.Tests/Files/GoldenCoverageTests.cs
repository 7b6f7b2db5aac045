using System.Text.RegularExpressions;

namespace LongTake.Tensors.Tests.Files;

[Trait("Category", "Golden")]
public partial class GoldenCoverageTests
{
    [GoldenFact]
    public void Every_fixture_is_claimed_by_a_test_that_reads_it()
    {
        List<string> problems = [];
        foreach (string fixture in GoldenCoverage.Fixtures())
        {
            if (GoldenCoverage.Find(fixture) is not GoldenClaim claim)
            {
                problems.Add($"nobody claims '{fixture}'");
                continue;
            }
            string? source = SourceOf(claim);
            if (source is null)
            {
                problems.Add($"{claim.TestClass}, which claims '{fixture}', is not in {claim.Project}");
            }
            else if (!Reads(source, fixture))
            {
                problems.Add($"{claim.TestClass} claims '{fixture}' but never names it");
            }
        }
        Assert.True(problems.Count == 0, string.Join(Environment.NewLine, problems));
    }

    [GoldenFact]
    public void Every_claim_has_a_fixture()
    {
        IReadOnlyList<string> fixtures = GoldenCoverage.Fixtures();
        Assert.All(GoldenCoverage.Claims, c => Assert.Contains(fixtures, f => GoldenCoverage.Find(f) == c));
    }

    private static string? SourceOf(GoldenClaim claim)
    {
        string project = Path.Combine(Repository.Root, "tests", claim.Project);
        string[] files = Directory.GetFiles(project, claim.TestClass + ".cs", SearchOption.AllDirectories);
        return files.Length == 1 && File.ReadAllText(files[0]) is string text && Regex.IsMatch(text, $@"\bclass {claim.TestClass}\b") ? text : null;
    }

    /// <summary>
    /// Whether a test's source names a fixture: by itself, by a prefix that it passes to <see cref="GoldenFixture.Names"/> or filters
    /// by, or by a folder whose files it lists.
    /// </summary>
    private static bool Reads(string source, string fixture)
    {
        HashSet<string> literals = [.. Literal().Matches(source).Select(m => m.Groups[1].Value)];
        int slash = fixture.LastIndexOf('/');
        string name = Path.GetFileName(fixture);
        string stem = name.EndsWith(".json", StringComparison.Ordinal) ? name[..^5] : name;
        if (slash < 0)
        {
            return literals.Any(l => l.Length >= 5 && stem.StartsWith(l, StringComparison.Ordinal));
        }
        bool listsFolder = source.Contains("Directory.GetFiles", StringComparison.Ordinal) || source.Contains("Directory.EnumerateFiles", StringComparison.Ordinal);
        return fixture[..slash].Split('/').All(literals.Contains) && (listsFolder || literals.Contains(stem));
    }

    [GeneratedRegex("\"([^\"\\\\\r\n]+)\"")]
    private static partial Regex Literal();
}
