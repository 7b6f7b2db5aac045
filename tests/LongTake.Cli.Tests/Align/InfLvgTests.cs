using System.Text.Json;

namespace LongTake.Cli.Tests.Align;

public class InfLvgTests : CliFixture
{
    private string Recipe => $"""
        model: {At("model")}
        scenes: 2
        scene_frames: 6
        rollout_frames: 3
        history_frames: 3
        keep: 2
        recent: 1
        group_size: 2
        rewards: {"{"} fidelity: 1 {"}"}
        held_out_rewards: [identity]
        evaluation_scripts: 1
        steps: 1

        """;

    [Fact]
    public void A_policy_is_trained_tried_and_used()
    {
        TinyModel.WriteShapes(At("model"));
        File.WriteAllText(At("inflvg.yaml"), Recipe);
        CliResult result = Run("align", "inflvg", "--recipe", At("inflvg.yaml"), "--output", At("run"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("step 1/1", result.Error, StringComparison.Ordinal);
        string policy = At(Path.Combine("run", "policy.safetensors"));
        Assert.Contains("--resume", Failed("align", "inflvg", "--recipe", At("inflvg.yaml"), "--output", At("run")), StringComparison.Ordinal);

        string[] trial = ["align", "inflvg-trial", "--recipe", At("inflvg.yaml"), "--policy", policy, "--stories", "2", "--best-of", "2"];
        result = Run([.. trial, "--json", At("trial.json")]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("fidelity\n  learned    ", result.Output, StringComparison.Ordinal);
        Assert.Contains("identity (held out)\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("learned is better by ", result.Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(At("trial.json")));
        Assert.Equal(["learned", "drawn", "random", "recent", "window", "full", "best-of-2"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(2, json.RootElement.GetProperty("learned").GetArrayLength());

        File.WriteAllText(
            At("story.txt"),
            "a small cyan star stays still on a background of mint dots.\n[2c] it stays still on a background of mint checkerboard.\n[end 4c]\n");
        string[] generate = ["generate", "--model", At("model"), "--story", At("story.txt"), "--output", At("video.y4m"), "--preset", "inflvg"];
        Assert.Contains("needs a policy for a story of 2 scenes", Failed(generate), StringComparison.Ordinal);
        result = Run([.. generate, "--set", $"policy={policy}"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("sink=1, keep=2, recent=1, scene=6", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("was trained with", result.Error, StringComparison.Ordinal);
        result = Run([.. generate, "--overwrite", "--set", $"policy={policy}", "--set", "keep=1"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("was trained with sink=1, keep=2, recent=1, scene=6, and is used with sink=1, keep=1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_trials_are_one_line()
    {
        TinyModel.WriteShapes(At("model"));
        File.WriteAllText(At("inflvg.yaml"), Recipe);
        string[] trial = ["align", "inflvg-trial", "--recipe", At("inflvg.yaml"), "--policy", At("nowhere.safetensors")];
        Assert.Contains("There is no policy", Failed(trial), StringComparison.Ordinal);
        Assert.Contains("--stories is 0", WrongUsage([.. trial, "--stories", "0"]), StringComparison.Ordinal);
        File.WriteAllText(At("inflvg.yaml"), Recipe.Replace("group_size: 2", "group_size: 1", StringComparison.Ordinal));
        Assert.Contains(
            "'group_size' must be at least 2", Failed("align", "inflvg", "--recipe", At("inflvg.yaml"), "--output", At("run")), StringComparison.Ordinal);
    }
}
