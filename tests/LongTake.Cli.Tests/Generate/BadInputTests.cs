using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors.Parameters;

namespace LongTake.Cli.Tests.Generate;

/// <summary>Every bad input is one line that names the thing and the remedy, and leaves nothing behind.</summary>
public class BadInputTests : CliFixture
{
    private const string Prompt = "a small cyan star moves slowly downward on a background of mint dots.";

    private string Model => Directory.Exists(At("model")) ? At("model") : TinyModel.Write(At("model"));

    private string[] Command => ["generate", Prompt, "--model", Model, "--chunks", "2", "--output", At("a.y4m")];

    [Fact]
    public void A_missing_model_is_named()
    {
        Assert.Contains(
            At("nowhere"), Failed("generate", Prompt, "--model", At("nowhere"), "--output", At("a.y4m")), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void A_missing_checkpoint_is_named()
    {
        File.Delete(TinyModel.Weights(Model));
        Assert.Contains("causal_transformer", Failed(Command), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void A_model_without_causal_transformer_says_what_to_give()
    {
        Directory.Delete(Path.GetDirectoryName(TinyModel.Weights(Model))!, recursive: true);
        Assert.Contains("--weights", Failed(Command), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_checkpoint_is_named()
    {
        byte[] bytes = File.ReadAllBytes(TinyModel.Weights(Model));
        File.WriteAllBytes(TinyModel.Weights(Model), bytes[..(bytes.Length / 2)]);
        Assert.Contains("diffusion_pytorch_model.safetensors", Failed(Command), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void Wrong_shapes_are_listed()
    {
        WanTransformerConfig wider = TinyModel.Transformer with { FfnDim = 64 };
        using ParameterStore weights = ParameterStore.CreateRandom(WanTransformer.Specs(wider), 1);
        string config = Path.Combine(Model, "causal_transformer", "config.json");
        string right = File.ReadAllText(config);
        ModelFolderWriter.WriteTransformer(
            Model, TransformerKind.Causal, wider, TransformerSettings.DefaultsFor(TransformerKind.Causal), weights);
        File.WriteAllText(config, right);
        string line = Failed(Command);
        Assert.Contains("another shape", line, StringComparison.Ordinal);
        Assert.Contains("ffn.0", line, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void A_model_without_tokenizer_is_named()
    {
        Directory.Delete(Path.Combine(Model, "tokenizer"), recursive: true);
        Assert.Contains("tokenizer", Failed(Command), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void Unknown_presets_and_settings_list_the_known_ones()
    {
        Assert.Contains("longlive-infinity", Failed([.. Command, "--preset", "fastest"]), StringComparison.Ordinal);
        Assert.Contains("window", Failed([.. Command, "--set", "widow=3"]), StringComparison.Ordinal);
        Assert.Contains("name=value", WrongUsage([.. Command, "--set", "window"]), StringComparison.Ordinal);
        Assert.Contains("unipc", WrongUsage([.. Command, "--sampler", "ddim"]), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("[0s, +5s] a red circle\n[3s] it turns blue.\n[end 9s]", "scene 1 is not over")]
    [InlineData("[0s] a red circle\n[6s] it turns blue.\n[3s] it turns red.\n[end 9s]", "in order of time")]
    [InlineData("[0s] a red circle\n[6s] \n[end 9s]", "no prompt")]
    [InlineData("[0s] a red circle\n[end 0s]", "more than nothing")]
    [InlineData("", "no scene")]
    public void Stories_that_cannot_be_told_say_why(string text, string expected)
    {
        File.WriteAllText(At("story.txt"), text);
        Assert.Contains(
            expected,
            Failed("generate", "--story", At("story.txt"), "--model", Model, "--output", At("a.y4m")),
            StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(At("a.y4m")));
    }

    [Fact]
    public void A_missing_story_is_named() =>
        Assert.Contains(
            "story.txt",
            Failed("generate", "--story", At("story.txt"), "--model", Model, "--output", At("a.y4m")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("generate|", "empty")]
    [InlineData("generate|  ", "empty")]
    [InlineData("generate", "no prompt")]
    [InlineData("generate|x|--seconds|0", "more than 0")]
    [InlineData("generate|x|--seconds|-3", "more than 0")]
    [InlineData("generate|x|--chunks|0", "at least 1")]
    [InlineData("generate|x|--chunks|-1", "at least 1")]
    [InlineData("generate|x|--chunks|1|--seconds|1", "one of")]
    [InlineData("generate|x|--story|y", "not both")]
    [InlineData("generate|x|--size|big", "832x480")]
    [InlineData("generate|x|--memory-limit|little", "8GB")]
    [InlineData("generate|x|--cache-type|f16", "bf16")]
    [InlineData("generate|x|--save-every|-1", "--save-every")]
    public void Wrong_values_are_named(string arguments, string expected) =>
        Assert.Contains(expected, WrongUsage(arguments.Split('|')), StringComparison.Ordinal);

    [Fact]
    public void Outputs_that_cannot_be_written_are_found_before_the_weights_are_read()
    {
        File.WriteAllText(At("file"), "in the way");
        File.Delete(TinyModel.Weights(Model));
        string line = Failed("generate", Prompt, "--model", Model, "--chunks", "2", "--output", Path.Combine(At("file"), "a.y4m"));
        Assert.Contains("Cannot write", line, StringComparison.Ordinal);
        Assert.Contains("--output", line, StringComparison.Ordinal);
        Assert.Contains(
            ".mp4", Failed("generate", Prompt, "--model", Model, "--chunks", "2", "--output", At("a.avi")), StringComparison.Ordinal);
        File.WriteAllText(At("b.y4m"), "mine");
        Assert.Contains(
            "--overwrite", Failed("generate", Prompt, "--model", Model, "--chunks", "2", "--output", At("b.y4m")), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(At("b.y4m")));
    }

    [Fact]
    public void A_disk_that_fills_up_is_one_line_and_leaves_nothing()
    {
        if (!File.Exists("/dev/full"))
        {
            return; // Only Linux has a device that is always full.
        }
        File.CreateSymbolicLink(At("a.y4m.part"), "/dev/full");
        Assert.Contains("The disk is full", Failed(Command), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void An_ffmpeg_that_dies_half_way_is_one_line_and_the_run_can_go_on()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // The stand-in for ffmpeg is a shell script.
        }

        // Takes 9 of the 21 frames of 256x256 and dies.
        File.WriteAllText(At("ffmpeg"), "#!/bin/sh\nhead -c 1800000 >/dev/null\necho 'Killed by the test' >&2\nexit 9\n");
        File.SetUnixFileMode(At("ffmpeg"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] command = ["generate", Prompt, "--model", Model, "--chunks", "4", "--save-every", "0", "--output", At("a.mp4")];
        string line = Failed([.. command, "--ffmpeg", At("ffmpeg")]);
        Assert.Contains("Killed by the test", line, StringComparison.Ordinal);
        Assert.Contains("exit code 9", line, StringComparison.Ordinal);
        Assert.Contains("--resume", line, StringComparison.Ordinal);
        Assert.False(File.Exists(At("a.mp4.part")));
        if (Generation.Video.FfmpegProgram.Find() is null)
        {
            return;
        }
        Assert.Equal(0, Run([.. command, "--resume"]).ExitCode);
        command[^1] = At("whole.mp4");
        Assert.Equal(0, Run(command).ExitCode);
        Assert.Equal(File.ReadAllBytes(At("whole.mp4")), File.ReadAllBytes(At("a.mp4")));
    }

    [Fact]
    public void Too_little_memory_is_said_before_the_start()
    {
        string line = Failed([.. Command, "--memory-limit", "0.01MB"]);
        Assert.Contains("cache", line, StringComparison.Ordinal);
        NothingIsLeft();
    }

    private void NothingIsLeft() =>
        Assert.All(Directory.GetFileSystemEntries(Folder), e => Assert.Contains(Path.GetFileName(e), new[] { "model", "other" }));
}
