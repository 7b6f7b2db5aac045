using System.Text.Json;
using LongTake.Generation.Methods;

namespace LongTake.Cli.Tests.Presets;

public class PresetsTests : CliFixture
{
    private string Model => Directory.Exists(At("model")) ? At("model") : TinyModel.Write(At("model"));

    [Fact]
    public void All_presets_are_listed_with_what_they_keep_and_cost()
    {
        CliResult result = Run("presets");
        Assert.True(result.ExitCode == 0, result.Error);
        foreach (MethodPreset preset in MethodPresets.All)
        {
            Assert.Contains($"{preset.Name}", result.Output, StringComparison.Ordinal);
            Assert.Contains(preset.Summary, result.Output, StringComparison.Ordinal);
            Assert.Contains(preset.Keeps, result.Output, StringComparison.Ordinal);
            Assert.Contains(preset.Paper, result.Output, StringComparison.Ordinal);
        }
        Assert.Contains("longlive-infinity (default): ", result.Output, StringComparison.Ordinal);
        Assert.Contains("settings  window=12, sink=3, sink-scope=global", result.Output, StringComparison.Ordinal);
        Assert.Contains("21 latent frames for a video of 21; it grows with the video", result.Output, StringComparison.Ordinal);

        Assert.Contains("21 latent frames, 21 more kept aside", result.Output, StringComparison.Ordinal);

        // 12 frames of 1560 tokens, 30 layers of 1536 keys and values in single precision.
        Assert.Contains("6.9 GB of keys and values for Wan 2.1 1.3B at 832x480", result.Output, StringComparison.Ordinal);
        Assert.Contains("causal few-step, causal multi-step", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("a chunk", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void One_preset_can_be_named()
    {
        CliResult result = Run("presets", "Rolling-Forcing");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith("rolling-forcing: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("steps=1000-800-600-400-200", result.Output, StringComparison.Ordinal);
        Assert.Contains("models    causal few-step\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("longlive", result.Output, StringComparison.Ordinal);
        Assert.Contains("there are full, sliding-window", Failed("presets", "fastest"), StringComparison.Ordinal);
    }

    [Fact]
    public void Costs_are_those_of_a_model()
    {
        JsonElement[] presets = Json("presets", "--model", Model, "--json");
        Assert.Equal(MethodPresets.All.Select(p => p.Name), presets.Select(p => p.GetProperty("name").GetString()));

        // Two steps and the clean pass over chunks of three.
        Check("sliding-window", 21, 3, 9, 21);
        Check("longlive-infinity", 12, 3, 9, 12);
        Check("infinity-rope", 6, 3, 9, 6);
        Check("full", 21, 3, 9, 21);
        Check("rolling-forcing", 24, 2, 18, 21);

        void Check(string name, int cached, int evaluations, int computed, int attended)
        {
            JsonElement preset = presets.Single(p => p.GetProperty("name").GetString() == name);
            Assert.Equal(cached, preset.GetProperty("cached_frames").GetInt32());

            // 2 layers, 4 tokens a frame, 24 channels of keys and values.
            Assert.Equal(cached * 2 * 4 * 24 * 2 * 4, preset.GetProperty("cache_bytes").GetInt64());
            JsonElement costs = preset.GetProperty("costs");
            Assert.Equal(evaluations, costs.GetProperty("evaluations").GetDouble());
            Assert.Equal(computed, costs.GetProperty("computed_frames").GetDouble());
            Assert.Equal(attended, costs.GetProperty("attended_frames").GetDouble());
            Assert.False(costs.TryGetProperty("ratio", out _));
            Assert.Equal(name == "full", preset.GetProperty("grows").GetBoolean());
        }
    }

    [Fact]
    public void What_does_not_go_with_a_model_says_why()
    {
        string config = Path.Combine(Model, "causal_transformer", "config.json");
        File.WriteAllText(config, File.ReadAllText(config)
            .Replace("\"few-step\"", "\"euler\"", StringComparison.Ordinal)
            .Replace("\"num_frame_per_block\": 3", "\"num_frame_per_block\": 6", StringComparison.Ordinal));
        JsonElement[] presets = Json("presets", "--model", Model, "--json");
        string Problem(string name) => presets.Single(p => p.GetProperty("name").GetString() == name).GetProperty("problem").GetString()!;
        Assert.Contains("conflicts with sink 1 and chunks of 6", Problem("infinity-rope"), StringComparison.Ordinal);
        Assert.Contains("window 21 does not hold sink 3", Problem("rolling-forcing"), StringComparison.Ordinal);
        JsonElement window = presets.Single(p => p.GetProperty("name").GetString() == "sliding-window");

        // All the model's steps and the clean pass, though only a few were run.
        Assert.Equal(51, window.GetProperty("costs").GetProperty("evaluations").GetDouble());
        Assert.Equal(51 * 6, window.GetProperty("costs").GetProperty("computed_frames").GetDouble());
        CliResult text = Run("presets", "rolling-forcing", "--model", Model);
        Assert.Contains($"not with {Model}: ", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_is_measured_beside_the_sliding_window()
    {
        JsonElement[] presets = Json("presets", "longlive-infinity", "--model", Model, "--measure", "--json");
        JsonElement costs = Assert.Single(presets).GetProperty("costs");
        Assert.True(costs.GetProperty("seconds_per_chunk").GetDouble() > 0);
        Assert.True(costs.GetProperty("ratio").GetDouble() > 0);
        CliResult text = Run("presets", "--model", Model, "--measure");
        Assert.Equal(MethodPresets.All.Count, text.Output.Split('\n').Count(l => l.Contains(" of sliding-window", StringComparison.Ordinal)));
        Assert.Contains("measuring rolling-forcing", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Measuring_can_be_stopped()
    {
        CliResult result = RunUntil("measuring full", "presets", "--model", Model, "--measure");
        Assert.Equal(LongTakeApplication.Stopped, result.ExitCode);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public void Bad_models_are_named()
    {
        Assert.Contains("nowhere", Failed("presets", "--model", At("nowhere")), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(TinyModel.Weights(Model))!, recursive: true);
        Assert.Contains("no causal transformer", Failed("presets", "--model", Model), StringComparison.Ordinal);
        Assert.Contains("--mesure", WrongUsage("presets", "--mesure"), StringComparison.Ordinal);
    }

    private static JsonElement[] Json(params string[] arguments)
    {
        CliResult result = Run(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return [.. document.RootElement.Clone().GetProperty("presets").EnumerateArray()];
    }
}
