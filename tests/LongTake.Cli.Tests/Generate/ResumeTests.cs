using LongTake.Generation.Video;

namespace LongTake.Cli.Tests.Generate;

public class ResumeTests : CliFixture
{
    private const string Prompt = "a small cyan star moves slowly downward on a background of mint dots.";

    private string Model => Directory.Exists(At("model")) ? At("model") : TinyModel.Write(At("model"));

    public static TheoryData<string> Outputs => FfmpegProgram.Find(
        ) is null ? ["a.y4m", "a.png", "frames"] : ["a.y4m", "a.png", "frames", "a.mp4"];

    [Theory]
    [MemberData(nameof(Outputs))]
    public void A_stopped_run_goes_on_byte_for_byte(string name)
    {
        File.WriteAllText(At("story.txt"), $"[0s] {Prompt}\n[3s] it turns blue.\n[end 6s]\n");
        string[] command = ["generate", "--story", At("story.txt"), "--model", Model, "--seed", "3"];
        CliResult whole = Run([.. command, "--output", At("whole-" + name)]);
        Assert.True(whole.ExitCode == 0, whole.Error);

        CliResult stopped = RunUntil("chunk 1/", [.. command, "--output", At(name)]);
        Assert.True(stopped.ExitCode == LongTakeApplication.Stopped, stopped.Error);
        Assert.True(Path.Exists(At(name)), "the file so far is closed");
        Assert.True(Directory.Exists(At(name) + ".journal"));
        Assert.NotEqual(Contents(At("whole-" + name)), Contents(At(name)));

        CliResult resumed = Run([.. command, "--output", At(name), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("resumed after chunk", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(Contents(At("whole-" + name)), Contents(At(name)));
        Assert.False(Directory.Exists(At(name) + ".journal"));
    }

    [Fact]
    public void A_killed_run_goes_on_from_the_last_saved_state()
    {
        string[] command = ["generate", Prompt, "--model", Model, "--chunks", "4"];
        Assert.Equal(0, Run([.. command, "--output", At("whole.y4m")]).ExitCode);
        RunUntil("chunk 1/", [.. command, "--output", At("a.y4m")]);

        // As a kill leaves it: not closed, with frames after those of the saved state.
        File.Move(At("a.y4m"), At("a.y4m.part"));
        File.AppendAllText(At("a.y4m.part"), "FRAME\nhalf a frame");
        CliResult resumed = Run([.. command, "--output", At("a.y4m"), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(Contents(At("whole.y4m")), Contents(At("a.y4m")));
    }

    [Fact]
    public void A_run_may_become_longer()
    {
        string[] command = ["generate", Prompt, "--model", Model];
        RunUntil("chunk 1/", [.. command, "--chunks", "3", "--output", At("a.y4m")]);
        Assert.Equal(0, Run([.. command, "--chunks", "4", "--output", At("a.y4m"), "--resume"]).ExitCode);
        Assert.Equal(0, Run([.. command, "--chunks", "4", "--output", At("whole.y4m")]).ExitCode);
        Assert.Equal(Contents(At("whole.y4m")), Contents(At("a.y4m")));
    }

    [Fact]
    public void Other_runs_are_refused_by_name()
    {
        string output = At("a.y4m");
        string[] begun = ["generate", Prompt, "--chunks", "4", "--output", output, "--model", Model, "--seed", "1"];
        Assert.Equal(LongTakeApplication.Stopped, RunUntil("chunk 1/", begun).ExitCode);
        string before = Contents(output);

        Assert.Contains("seed 1, not 2", Resume("--seed", "2"), StringComparison.Ordinal);
        Assert.Contains("preset longlive-infinity, not full", Resume("--seed", "1", "--preset", "full"), StringComparison.Ordinal);
        Assert.Contains("scale 8, not ", Resume("--seed", "1", "--scale", "2"), StringComparison.Ordinal);
        Assert.Contains($"model {Model}, not ", Failed("generate", Prompt, "--chunks", "4", "--output", output, "--seed", "1",
            "--model", TinyModel.Write(At("other"), seed: 2), "--resume"), StringComparison.Ordinal);
        Assert.Contains(
            "not \"chunk 0: a red circle\"", Failed("generate", "a red circle", "--chunks", "4", "--output", output, "--seed", "1",
            "--model", Model, "--resume"), StringComparison.Ordinal);

        byte[] weights = File.ReadAllBytes(TinyModel.Weights(Model));
        weights[^1] ^= 1;
        File.WriteAllBytes(TinyModel.Weights(Model), weights);
        Assert.Contains($"other weights in {Model}", Resume("--seed", "1"), StringComparison.Ordinal);
        Assert.Equal(before, Contents(output));

        string Resume(params string[] options) =>
            Failed(["generate", Prompt, "--chunks", "4", "--output", output, "--model", Model, .. options, "--resume"]);
    }

    [Fact]
    public void A_stopped_run_is_not_begun_again_by_mistake()
    {
        string[] command = ["generate", Prompt, "--model", Model, "--chunks", "3", "--output", At("a.y4m")];
        RunUntil("chunk 1/", command);
        File.Move(At("a.y4m"), At("a.y4m.part"));
        string line = Failed(command);
        Assert.Contains("--resume", line, StringComparison.Ordinal);
        Assert.Contains("--overwrite", line, StringComparison.Ordinal);
        Assert.True(File.Exists(At("a.y4m.part")));
        Assert.Equal(0, Run([.. command, "--overwrite"]).ExitCode);
        Assert.Equal(["a.y4m", "model"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void There_must_be_a_run_to_resume()
    {
        string line = Failed("generate", Prompt, "--model", Model, "--chunks", "2", "--output", At("a.y4m"), "--resume");
        Assert.Contains("no stopped run", line, StringComparison.Ordinal);
        Assert.Contains("without --resume", line, StringComparison.Ordinal);
    }

    private static string Contents(string path) => File.Exists(path)
        ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))
        : string.Join('\n', Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f) + " " + Contents(f)));
}
