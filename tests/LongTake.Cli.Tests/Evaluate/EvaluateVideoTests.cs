using System.Text.Json;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Video;

namespace LongTake.Cli.Tests.Evaluate;

public sealed class EvaluateVideoTests : CliFixture
{
    [Theory]
    [InlineData("007.png", 1)]
    [InlineData("007.y4m", 1)]
    [InlineData("007", 1)]
    [InlineData("007.png", 4)]
    public void A_true_video_is_right_in_every_format(string name, int scale)
    {
        string video = Render(name, 7, units: 1, scale);
        // Pictures in a folder have no rate.
        string[] rate = name == "007" ? ["--fps", "8"] : [];
        CliResult result = Run(["evaluate", video, "--suite", "single", "--json", At("figures.json"), .. rate]);
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(At("figures.json")));
        JsonElement only = Assert.Single(json.RootElement.EnumerateArray());
        JsonElement figures = only.GetProperty("figures");
        Assert.Equal("007", only.GetProperty("item").GetString());
        foreach (string figure in new[] { "identity", "background", "motion" })
        {
            Assert.True(figures.GetProperty(figure).GetDouble() > .98, $"{figure} is {figures.GetProperty(figure)}");
        }
        Assert.Contains("33 frames of 64x64, 8 a second", result.Output, StringComparison.Ordinal);
        Assert.Contains("left out: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("DINO", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_videos_is_measured_item_by_item()
    {
        Render("videos/003.png", 3, units: 1);
        Render("videos/011.png", 11, units: 1);
        CliResult right = Run("evaluate", At("videos"), "--suite", "single");
        Assert.True(right.ExitCode == 0, right.Error);
        Assert.StartsWith("2 videos: 33 frames", right.Output, StringComparison.Ordinal);

        // The same videos under each other's names follow their prompts less.
        File.Move(At("videos/003.png"), At("videos/t"));
        File.Move(At("videos/011.png"), At("videos/003.png"));
        File.Move(At("videos/t"), At("videos/011.png"));
        CliResult wrong = Run("evaluate", At("videos"), "--suite", "single");
        Assert.True(Figure(right, "identity") > .98);
        Assert.True(Figure(wrong, "identity") < .9);
    }

    [Fact]
    public void What_is_not_implemented_is_named_and_the_period_of_repetition_is_an_option()
    {
        string video = Render("007.png", 7, units: 1);
        CliResult without = Run("evaluate", video);
        foreach (string network in new[] { "AMT-S", "RAFT", "MUSIQ (trained on SPAQ)", "ViCLIP" })
        {
            Assert.Contains($": it needs {network}, which LongTake does not implement", without.Output, StringComparison.Ordinal);
        }
        Assert.Contains("left out: vbench.quality: it needs all 7", without.Output, StringComparison.Ordinal);
        Assert.Contains("left out: norepeat: no period is known", without.Output, StringComparison.Ordinal);
        Assert.Contains("--repeat-period", without.Output, StringComparison.Ordinal);

        CliResult frames = Run("evaluate", video, "--repeat-period", "20f", "--json", At("figures.json"));
        Assert.True(frames.ExitCode == 0, frames.Error);
        Assert.Equal(Figure(frames, "norepeat.distance"), Figure(Run("evaluate", video, "--repeat-period", "2.5s"), "norepeat.distance"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(At("figures.json")));
        Assert.Equal("20 frames", json.RootElement[0].GetProperty("settings").GetProperty("repeat-period").GetString());
        Assert.Contains("with a period of 24 frames", Run("evaluate", video, "--repeat-period", "3s").Output, StringComparison.Ordinal);

        foreach ((string period, string expected) in new[]
        {
            ("pair5", "do not name theirs"), ("3c", "has '3c'"), ("soon", "has 'soon'"), ("1f", "2 to 4096"), ("0s", "longer than nothing"), ("-4f", "has '-4f'"),
        })
        {
            Assert.Contains(expected, WrongUsage("evaluate", video, $"--repeat-period={period}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Prompts_of_a_file_that_are_captions_are_read_exactly_and_others_are_not()
    {
        SuiteItem item = ShapesSuites.Get(ShapesSuites.Single, 7);
        string video = Render("clip.png", 7, units: 1);
        CliResult exact = Run("evaluate", video, "--prompt", item.FullCaptions[0]);
        Assert.True(Figure(exact, "identity") > .98);
        CliResult other = Run("evaluate", video, "--prompt", "A red fox runs over snow.");
        Assert.True(other.ExitCode == 0, other.Error);
        Assert.DoesNotContain("identity ", other.Output, StringComparison.Ordinal);
        Assert.True(Figure(other, "si_subject") > .5);
    }

    [Fact]
    public void What_cannot_be_measured_is_refused_in_one_line()
    {
        Assert.Contains("nowhere.png", Failed("evaluate", At("nowhere.png")), StringComparison.Ordinal);
        File.WriteAllBytes(At("empty.mp4"), []);
        Assert.Contains("is empty", Failed("evaluate", At("empty.mp4")), StringComparison.Ordinal);
        File.WriteAllBytes(At("broken.png"), [.. File.ReadAllBytes(Render("whole.png", 7, units: 1))[..3000]]);
        Assert.Contains("broken.png", Failed("evaluate", At("broken.png")), StringComparison.Ordinal);
        Assert.Contains("33 at 1x", Failed("evaluate", Render("007.png", 7, units: 1, frames: 20), "--suite", "single"), StringComparison.Ordinal);
        Assert.Contains("no item 999", Failed("evaluate", At("whole.png"), "--suite", "single", "--item", "999"), StringComparison.Ordinal);
        Assert.Contains("no suite", Failed("evaluate", At("whole.png"), "--suite", "nonsense"), StringComparison.Ordinal);
        Assert.Contains("give one", WrongUsage("evaluate", At("whole.png"), "--suite", "single", "--prompt", "x"), StringComparison.Ordinal);
        Assert.Contains("no folder", Failed("evaluate", At("whole.png"), "--metric-weights", At("nowhere")), StringComparison.Ordinal);
        Assert.Contains("name a file", WrongUsage("evaluate"), StringComparison.Ordinal);
        Directory.CreateDirectory(At("none"));
        Assert.Contains("no video", Failed("evaluate", At("none"), "--suite", "single"), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_architecture_are_refused_by_name()
    {
        Directory.CreateDirectory(At("weights"));
        string tiny = TinyModel.Write(At("model"));
        File.Copy(TinyModel.Weights(tiny), At("weights/dino_vitbase16_pretrain.safetensors"));
        string refused = Failed("evaluate", Render("clip.png", 7, units: 1), "--metric-weights", At("weights"));
        Assert.Contains("dino_vitbase16_pretrain", refused, StringComparison.Ordinal);
    }

    private string Render(string name, int item, int units, int scale = 1, int? frames = null)
    {
        Story story = ShapesSuites.Get(ShapesSuites.Single, item).ToStory(VideoProfile.Light, units);
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        using IVideoWriter writer = VideoOutput.Create(At(name), new VideoFormat(64, 64, 8), new VideoOutputOptions { Scale = scale, Overwrite = true });
        byte[] frame = new byte[SceneRenderer.FrameBytes(1)];
        for (int i = 0; i < (frames ?? story.FrameCount); i++)
        {
            story.RenderFrame(i, frame);
            writer.WriteFrame(frame);
        }
        writer.Complete();
        return At(name);
    }

    private static double Figure(CliResult result, string name)
    {
        string line = result.Output.Split('\n').Single(l => l.StartsWith($"  {name} ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
