using LongTake.Generation.Video;

namespace LongTake.Cli.Tests.Generate;

public class GenerateTests : CliFixture
{
    private const string Prompt = "a small cyan star moves slowly downward on a background of mint dots.";

    private string Model => Directory.Exists(At("model")) ? At("model") : TinyModel.Write(At("model"));

    [Fact]
    public void A_prompt_becomes_a_video_of_the_asked_length()
    {
        CliResult result = Run("generate", Prompt, "--model", Model, "--chunks", "3", "--scale", "1", "--output", At("a.png"));
        Assert.True(result.ExitCode == 0, result.Error);

        // Three chunks of three latents: 4 * 8 + 1 frames.
        using FileStream stream = File.OpenRead(At("a.png"));
        RgbImage[] frames = [.. PngReader.ReadFrames(stream)];
        Assert.Equal(33, frames.Length);
        Assert.All(frames, f => Assert.Equal((32, 32), (f.Width, f.Height)));
        Assert.Equal($"{At("a.png")}: 33 frames, 4.1 s", result.Output.Trim());
        Assert.Contains("preset longlive-infinity (window=", result.Error, StringComparison.Ordinal);
        Assert.Contains("memory: weights ", result.Error, StringComparison.Ordinal);
        Assert.Contains("chunk 3/3, 4.1 s of video", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Error);
        Assert.Equal(["a.png", "model"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("a large cyan star moves slowly downward on a background of mint dots.", null)]
    [InlineData(
        "a small cyan star moves slowly downward on a background of mint dots.", "try \"a large cyan star moves slowly downward on a background of mint dots.\"")]
    [InlineData("a cat on a skateboard", "captions of the Shapes world only")]
    public void A_model_of_a_known_world_says_which_prompts_it_does_not_know(string prompt, string? expected)
    {
        string model = TinyModel.Write(At("model"));
        string config = Path.Combine(model, "causal_transformer", "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"height\": 32", "\"world\": \"large\", \"height\": 32", StringComparison.Ordinal));
        CliResult result = Run("generate", prompt, "--model", model, "--chunks", "1", "--output", At("video.png"));
        Assert.True(result.ExitCode == 0, result.Error);
        string? note = result.Error.Split('\n').FirstOrDefault(l => l.StartsWith("note: ", StringComparison.Ordinal));
        Assert.Equal(expected is null, note is null);
        Assert.Contains(expected ?? "", note ?? "", StringComparison.Ordinal);
    }

    /// <summary>A sink at its place in the video is reported while it is farther away than the window is long.</summary>
    [Theory]
    [InlineData("flex.sink", true)]
    [InlineData("streaming-llm", false)]
    public void The_phases_of_a_far_sink_are_logged(string preset, bool far)
    {
        CliResult result = Run(
            "generate", Prompt, "--model", Model, "--preset", preset, "--set", "window=6", "--set", "sink=3", "--chunks", "5", "--output", At("a.png"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(far, result.Error.Contains("phase concentration of the sink over 3 chunks: mean 0.", StringComparison.Ordinal));
        Assert.Equal(far, result.Error.Contains(", sink 12 away, C 0.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_combination_of_parts_becomes_a_video_or_is_refused_by_name()
    {
        string[] custom = ["generate", Prompt, "--model", Model, "--preset", "custom", "--chunks", "4", "--output", At("a.png")];
        CliResult result = Run([.. custom, "--set", "context=averages", "--set", "recent=0", "--set", "positions=relative", "--set", "noise=ar1"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("preset custom (context=averages, sink=3, recent=0, ", result.Error, StringComparison.Ordinal);
        string refusal = Failed([.. custom, "--overwrite", "--set", "context=averages"]);
        Assert.Contains("context=averages averages frames", refusal, StringComparison.Ordinal);
        Assert.Contains("positions=absolute", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Seconds_are_rounded_up_to_chunks_and_small_videos_scaled_up()
    {
        CliResult result = Run("generate", Prompt, "--model", Model, "--seconds", "1.2", "--output", At("frames"));
        Assert.True(result.ExitCode == 0, result.Error);

        // 1.2 s at 8 frames per second need two chunks, which have 9 + 12 frames.
        Assert.Equal(21, Directory.GetFiles(At("frames")).Length);
        Assert.Equal(256, PngReader.Load(Path.Combine(At("frames"), "frame_000020.png")).Width);
    }

    [Fact]
    public void The_seed_decides_the_video()
    {
        foreach ((string name, string seed) in new[] { ("a.y4m", "5"), ("b.y4m", "5"), ("c.y4m", "6") })
        {
            Assert.Equal(0, Run("generate", Prompt, "--model", Model, "--chunks", "2", "--seed", seed, "--output", At(name)).ExitCode);
        }
        Assert.Equal(File.ReadAllBytes(At("a.y4m")), File.ReadAllBytes(At("b.y4m")));
        Assert.NotEqual(File.ReadAllBytes(At("a.y4m")), File.ReadAllBytes(At("c.y4m")));
    }

    [Fact]
    public void Stories_settings_and_samplers_are_taken()
    {
        File.WriteAllText(At("story.txt"), $"[0s] {Prompt}\n[2s] it turns blue.\n[end 3s]\n");
        CliResult result = Run(
            "generate", "--story", At("story.txt"), "--model", Model, "--preset", "sliding-window", "--set", "window=6",
            "--sampler", "euler", "--steps", "2", "--guidance", "3", "--size", "48x32", "--cache-type", "bf16", "--scale", "1", "--output", At("a.png"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("window=6", result.Error, StringComparison.Ordinal);
        Assert.Contains("euler of 2 steps, shift 5, guidance 3", result.Error, StringComparison.Ordinal);
        Assert.Equal(48, PngReader.Load(At("a.png")).Width);
    }

    [Fact]
    public void Endless_runs_end_with_ctrl_c_and_a_whole_file()
    {
        CliResult result = RunUntil("chunk 1,", "generate", Prompt, "--model", Model, "--endless", "--output", At("a.png"));
        Assert.Equal(LongTakeApplication.Stopped, result.ExitCode);
        Assert.Contains("--resume", result.Error, StringComparison.Ordinal);
        using FileStream stream = File.OpenRead(At("a.png"));
        Assert.NotEmpty(PngReader.ReadFrames(stream));
    }
}
