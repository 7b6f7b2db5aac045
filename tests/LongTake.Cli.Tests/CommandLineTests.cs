namespace LongTake.Cli.Tests;

public class CommandLineTests : CliFixture
{
    [Theory]
    [InlineData("--help", "longtake generate \"")]
    [InlineData("", "longtake generate \"")]
    [InlineData("generate --help", "longtake generate --story")]
    [InlineData("inspect --help", "longtake inspect models/shapes")]
    [InlineData("convert --help", "longtake convert models/shapes shapes-float8")]
    [InlineData("train --help", "longtake train vae --recipe")]
    public void Help_has_examples(string arguments, string expected)
    {
        CliResult result = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Contains("Examples:", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Presets_are_listed_with_their_settings()
    {
        CliResult result = Run("generate", "--list-presets");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("longlive-infinity", result.Output, StringComparison.Ordinal);
        Assert.Contains("window=", result.Output, StringComparison.Ordinal);
        Assert.Contains("(default)", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("generate x --sed 1", "--sed")]
    [InlineData("generate x --seconds q", "; a number is expected")]
    [InlineData("generate x --seed minus", "'minus' for option '--seed'; a whole number is expected")]
    [InlineData("train vae", "--recipe")]
    [InlineData("inspect", "argument missing")]
    [InlineData("train base --output x", "longtake train base --help")]
    [InlineData("destroy", "destroy")]
    [InlineData("generate --force", "no option '--force'")]
    [InlineData("generate --widht 4", "no option '--widht'")]
    [InlineData("inspect --tensor", "no option '--tensor'")]
    public void Wrong_command_lines_are_one_line_and_point_to_the_help(string arguments, string expected)
    {
        string line = WrongUsage(arguments.Split(' '));
        Assert.Contains(expected, line, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("--help", line, StringComparison.Ordinal);
    }

    [Fact]
    public void After_two_dashes_anything_is_an_argument() =>
        Assert.Contains("--tensor", Failed("inspect", "--", "--tensor"), StringComparison.Ordinal);

    [Fact]
    public void Sizes_are_written_for_people()
    {
        Assert.Equal("1.5 GB", Sizes.Bytes(1_500_000_000));
        Assert.Equal("12 bytes", Sizes.Bytes(12));
        Assert.Equal("2:05", Sizes.Time(TimeSpan.FromSeconds(125)));
        Assert.Equal("26:00:07", Sizes.Time(TimeSpan.FromSeconds(26 * 3600 + 7)));
    }
}
