using System.Text.Json;

namespace LongTake.Cli.Tests.Evaluate;

public sealed class EvaluateModelTests : CliFixture
{
    [Fact]
    public void Every_part_is_measured_and_written()
    {
        CliResult result = Run(
            "evaluate", "model", ShapesModel(), "--prompts", "2", "--seeds", "2", "--latents", "3", "--parts", "vae,causal,switch,long",
            "--lengths", "2", "--json", At("report.json"));
        Assert.True(result.ExitCode == 0, result.Error);
        foreach (string part in new[] { "vae: 9 frames", "causal: few-step sampler, 2 steps, preset full", "switch: ", "long 2x: 4 videos of 2.6 s" })
        {
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        }
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(At("report.json")));
        JsonElement root = report.RootElement;
        Assert.Equal("shapes-1", root.GetProperty("world").GetString());
        Assert.Equal(4, root.GetProperty("causal").GetProperty("clips").GetArrayLength());
        Assert.Equal(2, root.GetProperty("vae").GetProperty("clips").GetProperty("clips").GetArrayLength());
        Assert.Equal(4, root.GetProperty("switch").GetProperty("pronoun").GetProperty("outcomes").GetArrayLength());
        Assert.Equal(4, root.GetProperty("long")[0].GetProperty("outcomes").GetArrayLength());
        Assert.False(root.TryGetProperty("bidirectional", out _));
    }

    [Fact]
    public void Parts_are_those_of_the_model_and_results_do_not_depend_on_batches()
    {
        string model = ShapesModel();
        string[] outputs = [.. new[] { "1", "3" }.Select(batch =>
        {
            CliResult result = Run("evaluate", "model", model, "--prompts", "3", "--seeds", "1", "--latents", "3", "--batch", batch);
            Assert.True(result.ExitCode == 0, result.Error);
            return result.Output;
        })];
        Assert.Equal(outputs[0], outputs[1]);
        Assert.StartsWith("vae: ", outputs[0], StringComparison.Ordinal);
        Assert.Contains("\ncausal: ", outputs[0], StringComparison.Ordinal);
        Assert.DoesNotContain("bidirectional", outputs[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_VAE_alone_can_be_measured()
    {
        string model = ShapesModel();
        Directory.Delete(Path.Combine(model, "causal_transformer"), recursive: true);
        CliResult result = Run("evaluate", "model", model, "--prompts", "1", "--latents", "2");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith("vae: 5 frames", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("causal", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_stops_and_leaves_no_report()
    {
        CliResult result = RunUntil(
            "causal:", "evaluate", "model", ShapesModel(), "--prompts", "2", "--latents", "3", "--batch", "1", "--json", At("report.json"));
        Assert.Equal(LongTakeApplication.Stopped, result.ExitCode);
        Assert.Contains("stopped", result.Error, StringComparison.Ordinal);
        Assert.Contains("vae: ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("causal: ", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(At("report.json")));
    }

    [Theory]
    [InlineData("--prompts", "0", "--prompts is 0")]
    [InlineData("--seeds", "101", "--seeds is 101")]
    [InlineData("--steps", "0", "--steps is 0")]
    [InlineData("--batch", "257", "--batch is 257")]
    [InlineData("--latents", "0", "--latents is 0")]
    [InlineData("--guidance", "-1", "--guidance is -1")]
    [InlineData("--lengths", "6,x", "--lengths has 'x'")]
    [InlineData("--lengths", "0", "--lengths is 0")]
    [InlineData("--parts", "vae,ear", "--parts has 'ear'")]
    [InlineData("--preset", "nonsense", "no method 'nonsense'")]
    [InlineData("--threads", "-1", "--threads is -1")]
    [InlineData("--json", "no/such/folder/report.json", "does not exist")]
    public void A_wrong_option_is_refused_by_name(string option, string value, string expected) =>
        Assert.Contains(expected, WrongUsage("evaluate", "model", At("model"), option, value), StringComparison.Ordinal);

    [Fact]
    public void A_model_that_cannot_be_measured_is_refused()
    {
        string other = TinyModel.Write(At("other"));
        Assert.Contains("32x32", Failed("evaluate", "model", other), StringComparison.Ordinal);
        string missing = Failed("evaluate", "model", other, "--parts", "bidirectional");
        Assert.Contains("has no bidirectional transformer", missing, StringComparison.Ordinal);
        Assert.Contains("nowhere", Failed("evaluate", "model", At("nowhere")), StringComparison.Ordinal);
    }

    private string ShapesModel() => TinyModel.WriteShapes(At("model"));
}
