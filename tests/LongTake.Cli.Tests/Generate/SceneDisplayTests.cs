using LongTake.Cli.Generate;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using Spectre.Console;

namespace LongTake.Cli.Tests.Generate;

/// <summary>What a run of a story shows of its scenes, to people and to files.</summary>
public class SceneDisplayTests : CliFixture
{
    private const string Text = """
        [0s] a red circle
        [3s, blend 2c] it turns blue.
        [6s, recache] it turns green.
        [9s] it stops.
        [end 11s]
        """;

    private string Model => Directory.Exists(At("model")) ? At("model") : TinyModel.Write(At("model"));

    [Fact]
    public void Redirected_output_has_a_line_where_a_scene_begins()
    {
        CliResult result = Run("generate", "--story", Story(), "--model", Model, "--output", At("a.y4m"));
        Assert.True(result.ExitCode == 0, result.Error);
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // Chunks start at frames 0, 9, 21, 33, 45, ..., 8 of which are a second.
        Assert.Equal(
            [
                "scene 1/4, 0.0 to 4.1 s: a red circle",
                "scene 2/4, 4.1 to 7.1 s, blend over 2 chunks: it turns blue.",
                "scene 3/4, 7.1 to 10.1 s, recache: it turns green.",
                "scene 4/4, 10.1 to 11.6 s, as longlive-infinity does: it stops.",
            ],
            lines.Where(l => l.StartsWith("scene ", StringComparison.Ordinal)));
        Assert.True(
            Array.FindIndex(lines, l => l.StartsWith("scene 1", StringComparison.Ordinal)) <
            Array.FindIndex(lines, l => l.StartsWith("chunk 1", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', result.Error);
    }

    [Fact]
    public void A_resumed_run_begins_with_the_scene_that_it_is_in()
    {
        string[] command = ["generate", "--story", Story(), "--model", Model, "--output", At("a.y4m")];
        Assert.Equal(LongTakeApplication.Stopped, RunUntil("scene 2/4", command).ExitCode);
        CliResult resumed = Run([.. command, "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.StartsWith("scene 2/4", resumed.Error.Split('\n').First(l => l.StartsWith("scene ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(0, Run("generate", "--story", Story(), "--model", Model, "--output", At("whole.y4m")).ExitCode);
        Assert.Equal(File.ReadAllBytes(At("whole.y4m")), File.ReadAllBytes(At("a.y4m")));
    }

    [Fact]
    public void Another_way_to_take_over_is_another_run()
    {
        string[] command = ["generate", "--story", Story(), "--model", Model, "--output", At("a.y4m")];
        Assert.Equal(LongTakeApplication.Stopped, RunUntil("scene 2/4", command).ExitCode);
        File.WriteAllText(At("story.txt"), Text.Replace("blend 2c", "flush", StringComparison.Ordinal));
        Assert.Contains("blend over 2 chunks: it turns blue.\", not \"chunk 3, flush: it turns blue.", Failed([.. command, "--resume"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("infinity-rope", "recash", "line 2: 'recash' is no time")]
    [InlineData("longlive", "cut", "line 2: Scene 2 starts with a cut, which the method 'longlive' does not know")]
    [InlineData("rolling-forcing", "cut", "line 2: Scene 2 starts with a cut, which the method 'rolling-forcing' does not know")]
    [InlineData("rolling-forcing", "recache", "line 2: Scene 2 asks for 'recache', which the method 'rolling-forcing' cannot do")]
    [InlineData("longlive", "blend 20s", "line 2: Scene 2 blends for 14 chunks (20s) but lasts 2")]
    public void Ways_that_cannot_be_are_refused_with_file_and_line(string preset, string change, string expected)
    {
        File.WriteAllText(At("story.txt"), Text.Replace("blend 2c", change, StringComparison.Ordinal));
        string line = Failed("generate", "--story", At("story.txt"), "--model", Model, "--preset", preset, "--output", At("a.y4m"));
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains("story.txt: line 2", line, StringComparison.Ordinal);
        Assert.False(File.Exists(At("a.y4m")));
    }

    [Fact]
    public void One_scene_needs_no_time_line()
    {
        CliResult result = Run("generate", "a red circle", "--chunks", "1", "--model", Model, "--output", At("a.y4m"));
        Assert.DoesNotContain("scene ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_shows_the_scenes_above_the_bar()
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using CliEnvironment environment = new(output, error, interactive: true, new AnsiConsoleSettings
        {
            Out = new Terminal(error),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        int code = await LongTakeApplication.RunAsync(
            ["generate", "--story", Story(), "--model", Model, "--output", At("a.y4m")], environment);
        Assert.True(code == 0, error.ToString());
        Assert.Contains('\u001b', error.ToString());
        string[] lines = error.ToString().Split('\n');
        Assert.Contains(lines, l => l.Contains("> 4/4  10.1 to 11.6 s", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("chunk 8/8", StringComparison.Ordinal));

        // Scenes do not get lines of their own on a terminal.
        Assert.DoesNotContain(lines, l => l.Contains("scene 1/4", StringComparison.Ordinal));
    }

    [Fact]
    public void The_scenes_around_the_one_in_work_are_shown_and_their_number_stays()
    {
        Story story = StoryReader.Parse(string.Join('\n', Enumerable.Range(0, 9).Select(i => $"[{3 * i}c{(i == 3 ? ", blend 2c" : "")}] scene of {i}")));
        SceneList scenes = new(StoryTimeline.Of(story), 16, 3, "longlive");
        (string Text, bool InWork)[] rows = scenes.Rows(10);
        Assert.Equal(
            [
                "  3/9    4.3 to 6.6 s  as longlive does  scene of 2",
                "> 4/9    6.6 to 8.8 s  blend 2/2         scene of 3",
                "  5/9   8.8 to 11.1 s  as longlive does  scene of 4",
                "  6/9  11.1 to 13.3 s  as longlive does  scene of 5",
            ],
            rows[..4].Select(r => r.Text));
        for (int chunk = 0; chunk < 40; chunk++)
        {
            (string Text, bool InWork)[] now = scenes.Rows(chunk);
            Assert.Equal(5, now.Length);
            Assert.Single(now, r => r.InWork);
        }
        Assert.Equal("scene 9/9, from 17.8 s, as longlive does: scene of 8", scenes.Line(8));
        Assert.StartsWith("> 9/9     from 17.8 s  ", scenes.Rows(100)[^1].Text, StringComparison.Ordinal);

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(new StringWriter()), Ansi = AnsiSupport.No });
        console.Profile.Width = 20;
        using StringWriter narrow = new();
        console.Profile.Out = new AnsiConsoleOutput(narrow);
        console.Profile.Width = 20;
        console.Write(new SceneRows(scenes, 0));
        Assert.All(narrow.ToString().Split('\n'), l => Assert.InRange(l.TrimEnd().Length, 0, 20));
        Assert.Contains("...", narrow.ToString(), StringComparison.Ordinal);
    }

    private string Story()
    {
        File.WriteAllText(At("story.txt"), Text);
        return At("story.txt");
    }

    private sealed class Terminal(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => 100;

        public int Height => 40;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
