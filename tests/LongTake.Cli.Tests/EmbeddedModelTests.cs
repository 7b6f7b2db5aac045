using System.Text.Json;
using LongTake.Cli.Generate;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Video;

namespace LongTake.Cli.Tests;

/// <summary>The model that ships with the program: that it is whole and small, and that it shows what the prompt says.</summary>
public sealed class EmbeddedModelTests : CliFixture
{
    private const long MostBytes = 25 << 20;

    [Fact]
    public void It_is_whole_and_small()
    {
        string folder = ModelLocation.Find(null);
        CliResult result = Run("inspect", folder);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.InRange(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length), 1, MostBytes);
    }

    [Theory]
    [InlineData("a large red circle stays still on a background of snow gradient.", 4)]
    [InlineData("a large red circle stays still on a background of dusk checkerboard.", 3)]
    [InlineData("a large blue square moves slowly to the right on a background of mint vertical stripes.", 2)]
    public void The_background_has_the_prompt_s_palette_beyond_the_trained_length(string prompt, int palette)
    {
        // 8 chunks are 24 latents; the model was trained on 21.
        CliResult result = Run("generate", prompt, "--chunks", "8", "--scale", "1", "--output", At("frames"));
        Assert.True(result.ExitCode == 0, result.Error);
        string last = Directory.GetFiles(At("frames"), "*.png").Order(StringComparer.Ordinal).Last();
        RgbImage image = PngReader.Load(last);
        (Rgb a, Rgb b) = ShapesWorld.Palettes[palette];
        (double red, double green, double blue) = Median(image);
        Assert.InRange(red, Math.Min(a.R, b.R) - 30, Math.Max(a.R, b.R) + 30);
        Assert.InRange(green, Math.Min(a.G, b.G) - 30, Math.Max(a.G, b.G) + 30);
        Assert.InRange(blue, Math.Min(a.B, b.B) - 30, Math.Max(a.B, b.B) + 30);
    }

    /// <summary>Far below what the model card says, far above chance (a sixth for shapes, an eighth for colours).</summary>
    [Fact]
    public void Subjects_of_unseen_compositions_have_the_prompt_s_looks()
    {
        CliResult result = Run("evaluate", "model", "--parts", "causal", "--prompts", "12", "--seeds", "1", "--latents", "9", "--json", At("report.json"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("world core", result.Error, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(At("report.json")));
        JsonElement clips = report.RootElement.GetProperty("causal").GetProperty("clips");
        int Right(string attribute) => clips.EnumerateArray().Count(c => c.GetProperty(attribute).GetBoolean());
        Assert.True(Right("background") >= 11, result.Output);
        Assert.True(Right("colour") >= 10, result.Output);
        Assert.True(Right("mark") >= 8, result.Output);
        Assert.True(Right("shape") >= 9, result.Output);
    }

    private static (double R, double G, double B) Median(RgbImage image)
    {
        double Of(int channel) => image.Pixels.Where((_, i) => i % 3 == channel).Order().ElementAt(image.Pixels.Length / 6);
        return (Of(0), Of(1), Of(2));
    }
}
