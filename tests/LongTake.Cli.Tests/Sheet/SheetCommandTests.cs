namespace LongTake.Cli.Tests.Sheet;

public sealed class SheetCommandTests : CliFixture
{
    [Fact]
    public void Draws_a_sheet_that_the_seed_decides()
    {
        string model = TinyModel.Write(At("model"));
        foreach ((string name, string seed) in new[] { ("a.png", "1"), ("b.png", "1"), ("c.png", "2") })
        {
            CliResult result = Run(
                "sheet", "--model", model, "--prompts", "2", "--chunks", "2", "--seed", seed, "--output", At(name));
            Assert.True(result.ExitCode == 0, result.Error);
        }
        Assert.Equal(File.ReadAllBytes(At("a.png")), File.ReadAllBytes(At("b.png")));
        Assert.NotEqual(File.ReadAllBytes(At("a.png")), File.ReadAllBytes(At("c.png")));
    }

    [Theory]
    [InlineData("--prompts", "0", "--prompts")]
    [InlineData("--prompts", "33", "--prompts")]
    [InlineData("--chunks", "0", "--chunks")]
    public void An_impossible_number_is_refused_by_name(string option, string value, string expected) =>
        Assert.Contains(expected, WrongUsage("sheet", "--output", At("x.png"), option, value), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_preset_and_a_missing_model_are_named()
    {
        string model = TinyModel.Write(At("model"));
        string unknown = Failed("sheet", "--model", model, "--preset", "nonsense", "--output", At("x.png"));
        Assert.Contains("no method 'nonsense'", unknown, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", unknown, StringComparison.Ordinal);
        Assert.Contains("nowhere", Failed("sheet", "--model", At("nowhere"), "--output", At("x.png")), StringComparison.Ordinal);
        Assert.False(File.Exists(At("x.png")));
    }
}
