using LongTake.Generation.Methods;

namespace LongTake.Cli.Tests.Generate;

public class ClipGenerateTests : CliFixture
{
    private const string Prompt = "a small cyan star moves slowly downward on a background of mint dots.";

    private static readonly string[] s_miga =
    [
        "--preset", "miga", "--set", "steps=6", "--set", "zigzag=2", "--set", "unified-steps=2", "--set", "guidance=1", "--set", "reflect-position=1",
        "--set", "threshold=0", "--set", "reflect-candidates=2",
    ];

    private static readonly string[] s_fifo = ["--preset", "fifo", "--set", "partitions=1"];

    private string Model => Directory.Exists(At("model")) ? At("model") : TinyModel.WriteBidirectional(At("model"));

    [Theory]
    [InlineData("miga")]
    [InlineData("fifo")]
    public void A_video_is_made_and_its_needs_are_said_before(string preset)
    {
        CliResult result = Run(["generate", Prompt, "--model", Model, "--chunks", "3", "--output", At("frames"), .. Method(preset)]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(33, Directory.GetFiles(At("frames"), "*.png").Length);
        Assert.Contains($"preset {preset} (", result.Error, StringComparison.Ordinal);
        Assert.Contains("unipc of 6 steps, shift 5, guidance 2", result.Error, StringComparison.Ordinal);
        Assert.Contains("33 frames (4.1 s) in 3 chunks", result.Error, StringComparison.Ordinal);
        Assert.Contains(", queue ", result.Error, StringComparison.Ordinal);
        Assert.Contains("chunk 0/3, call 1/", result.Error, StringComparison.Ordinal);
        Assert.Contains("chunk 3/3, call ", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Stopped while the queue grows, before there is a frame, and again in the middle of a search-ridden run.</summary>
    [Theory]
    [InlineData("miga", "a.y4m")]
    [InlineData("miga", "frames")]
    [InlineData("fifo", "a.png")]
    public void A_stopped_run_goes_on_byte_for_byte(string preset, string name)
    {
        File.WriteAllText(At("story.txt"), $"[0s] {Prompt}\n[3s, blend 2c] it turns blue.\n[end 6s]\n");
        string[] command = ["generate", "--story", At("story.txt"), "--model", Model, "--seed", "3", .. Method(preset)];
        CliResult whole = Run([.. command, "--output", At("whole-" + name)]);
        Assert.True(whole.ExitCode == 0, whole.Error);

        CliResult stopped = RunUntil("chunk 0/", [.. command, "--output", At(name)]);
        Assert.True(stopped.ExitCode == LongTakeApplication.Stopped, stopped.Error);
        Assert.Contains("stopped before the first chunk; the same command with --resume goes on", stopped.Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(At(name) + ".journal"));

        CliResult again = RunUntil("scene 2/2", [.. command, "--output", At(name), "--resume"]);
        Assert.True(again.ExitCode == LongTakeApplication.Stopped, again.Error);
        Assert.Contains("resumed before the first chunk", again.Error, StringComparison.Ordinal);

        CliResult resumed = Run([.. command, "--output", At(name), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("resumed after chunk", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(Bytes(At("whole-" + name)), Bytes(At(name)));
        Assert.False(Directory.Exists(At(name) + ".journal"));
    }

    /// <summary>Every judgment in a file, whether the run was stopped or not, and the account in progress and at the end.</summary>
    [Fact]
    public void Judgments_are_written_down_and_counted()
    {
        // So long that the queue is still being filled when the second scene begins.
        File.WriteAllText(At("story.txt"), $"[0s] {Prompt}\n[2s] it turns blue.\n[end 18s]\n");
        string[] command = ["generate", "--story", At("story.txt"), "--model", Model, "--seed", "3", .. s_miga];
        CliResult whole = Run([.. command, "--output", At("whole.y4m"), "--judgments", At("whole.csv")]);
        Assert.True(whole.ExitCode == 0, whole.Error);
        string[] lines = File.ReadAllLines(At("whole.csv"));
        Assert.Equal("latent,score,before,threshold,best,replaced", lines[0]);
        string[][] rows = [.. lines.Skip(1).Select(l => l.Split(','))];
        Assert.True(rows.Length > 2, whole.Error);
        Assert.All(rows, r => Assert.Equal((6, "0"), (r.Length, r[3])));
        int searches = rows.Count(r => r[4].Length > 0);
        int replaced = rows.Count(r => r[5] == "1");
        Assert.Contains($"self-reflection: {rows.Length} judgments, threshold 0; {searches} searches (", whole.Error, StringComparison.Ordinal);
        Assert.Contains($"judged {rows.Length}, searched {searches}, replaced {replaced}", whole.Error, StringComparison.Ordinal);

        string[] other = [.. command, "--output", At("a.y4m"), "--judgments", At("a.csv")];
        Assert.Equal(LongTakeApplication.Stopped, RunUntil("scene 2/2", other).ExitCode);
        Assert.InRange(File.ReadAllLines(At("a.csv")).Length, 2, lines.Length - 1);
        File.AppendAllText(At("a.csv"), "99,0.5,0.5,0,,0\n");
        CliResult resumed = Run([.. other, "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(lines, File.ReadAllLines(At("a.csv")));
    }

    [Fact]
    public void Judgments_are_refused_where_there_are_none_or_a_file_is_in_the_way()
    {
        string[] command = ["generate", Prompt, "--model", Model, "--chunks", "3", "--output", At("a.y4m"), "--judgments", At("a.csv")];
        Assert.Contains("--judgments does not go with fifo", WrongUsage([.. command, .. s_fifo]), StringComparison.Ordinal);
        Assert.Contains("--judgments does not go with miga", WrongUsage([.. command, .. s_miga, "--set", "reflect=off"]), StringComparison.Ordinal);
        File.WriteAllText(At("a.csv"), "mine");
        Assert.Contains("a.csv exists", Failed([.. command, .. s_miga]), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(At("a.csv")));
        Assert.False(Path.Exists(At("a.y4m")));

        // A run that was stopped before it did anything leaves no empty file.
        File.Delete(At("a.csv"));
        Assert.Contains("nothing was written", RunUntil("needs ", [.. command, .. s_miga]).Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(At("a.csv")));
    }

    [Fact]
    public void A_run_that_has_another_length_is_not_taken_up()
    {
        string[] command = ["generate", Prompt, "--model", Model, "--output", At("a.y4m"), .. s_miga];
        Assert.Equal(LongTakeApplication.Stopped, RunUntil("chunk 0/", [.. command, "--chunks", "3"]).ExitCode);
        Assert.Contains("length 9 latent frames, not 12", Failed([.. command, "--chunks", "4", "--resume"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_go_together_is_refused_by_name()
    {
        Assert.Contains("zigzag 6 does not fit in the window", Refused("--preset", "miga", "--set", "zigzag=6", "--set", "reflect=off"), StringComparison.Ordinal);
        Assert.Contains("guidance 6 leaves no room", Refused("--preset", "miga", "--set", "guidance=6"), StringComparison.Ordinal);
        Assert.Contains("shorter than the clip of 6", Refused([.. s_fifo, "--chunks", "1"]), StringComparison.Ordinal);
        Assert.Contains("shorter than the clip of 6", Refused([.. s_miga, "--chunks", "1"]), StringComparison.Ordinal);
        Assert.Contains("Few-step sampling is for distilled models", Refused([.. s_miga, "--sampler", "few-step", "--guidance", "1"]), StringComparison.Ordinal);
        Assert.Contains("(queue of ", Refused([.. s_miga, "--memory-limit", "100000"]), StringComparison.Ordinal);
        string[] command = ["generate", Prompt, "--model", Model, "--output", At("a.y4m")];
        Assert.Contains("brings its own steps", WrongUsage([.. command, .. s_miga, "--steps", "9"]), StringComparison.Ordinal);
        Assert.Contains("--cache-type does not go with the preset fifo", WrongUsage([.. command, .. s_fifo, "--cache-type", "bf16"]), StringComparison.Ordinal);
        File.WriteAllText(At("story.txt"), $"[0s] {Prompt}\n[3s, cut] it turns blue.\n[end 6s]\n");
        Assert.Contains(
            "asks for 'cut', which the method 'miga' cannot do",
            Failed(["generate", "--story", At("story.txt"), "--model", Model, "--output", At("a.y4m"), .. s_miga]),
            StringComparison.Ordinal);
        Assert.False(Path.Exists(At("a.y4m")));
        Assert.False(Path.Exists(At("a.y4m.journal")));

        string Refused(params string[] options) => Failed(["generate", Prompt, "--model", Model, "--output", At("a.y4m"), .. options]);
    }

    [Fact]
    public void A_folder_with_a_causal_model_alone_is_refused()
    {
        string causal = TinyModel.Write(At("causal"));
        Assert.Contains(
            "has no bidirectional transformer, which the preset miga needs",
            Failed(["generate", Prompt, "--model", causal, "--output", At("a.y4m"), .. s_miga]),
            StringComparison.Ordinal);
        Assert.Contains("no bidirectional transformer, which fifo is for", Failed("presets", "fifo", "--model", causal), StringComparison.Ordinal);
    }

    [Fact]
    public void Presets_for_bidirectional_models_are_listed()
    {
        CliResult all = Run("presets");
        Assert.True(all.ExitCode == 0, all.Error);
        Assert.All(ClipPresets.All, p => Assert.Contains($"{p.Name}: {p.Summary}", all.Output, StringComparison.Ordinal));
        CliResult miga = Run("presets", "MIGA");
        Assert.Contains("models    bidirectional", miga.Output, StringComparison.Ordinal);

        // 31 windows for 7 latents, and 9 calls for 10 latents in the second stage.
        string calls = miga.Output.Split('\n').Single(l => l.Contains(" network calls", StringComparison.Ordinal));
        double number = double.Parse(calls.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(number, (31 / 7.0) + 0.89, (31 / 7.0) + 0.91);
        Assert.Contains("miga", Run("generate", "--list-presets").Output, StringComparison.Ordinal);
        CliResult own = Run("presets", "fifo", "--model", Model);
        Assert.Contains($"for {Model}", own.Output, StringComparison.Ordinal);
    }

    private static string[] Method(string preset) => preset == "miga" ? s_miga : s_fifo;

    private static string Bytes(string path) => Directory.Exists(path)
        ? string.Join('\n', Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f) + Convert.ToHexString(File.ReadAllBytes(f))))
        : Convert.ToHexString(File.ReadAllBytes(path));
}
