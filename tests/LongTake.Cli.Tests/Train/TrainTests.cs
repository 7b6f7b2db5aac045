namespace LongTake.Cli.Tests.Train;

public class TrainTests : CliFixture
{
    private const string Recipe =
        """
        seed: 1
        dim: 4
        z_dim: 4
        residual_blocks: 1
        frames: 5
        crop: 16
        whole_canvas_share: 0
        statistics_clips: 1
        steps: 3
        batch: 1
        warmup_steps: 1
        sample_every: 0
        """;

    [Fact]
    public void A_training_ends_with_a_model_that_inspect_knows()
    {
        File.WriteAllText(At("vae.yaml"), Recipe);
        CliResult result = Run("train", "vae", "--recipe", At("vae.yaml"), "--output", At("run"), "--export", At("model"));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("step 3/3, loss ", result.Error, StringComparison.Ordinal);
        Assert.Contains("vae", Run("inspect", At("model")).Output, StringComparison.Ordinal);

        string line = Failed("train", "vae", "--recipe", At("vae.yaml"), "--output", At("run"), "--export", At("model"));
        Assert.Contains("--resume", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_recipes_are_one_line()
    {
        Assert.Contains(
            "nowhere.yaml", Failed("train", "vae", "--recipe", At("nowhere.yaml"), "--output", At("run")), StringComparison.Ordinal);
        File.WriteAllText(At("vae.yaml"), Recipe + "\nlearning_rat: 1\n");
        Assert.Contains(
            "learning_rat", Failed("train", "vae", "--recipe", At("vae.yaml"), "--output", At("run")), StringComparison.Ordinal);
        File.WriteAllText(At("vae.yaml"), Recipe);
        Assert.Contains(
            "--resume", Failed("train", "vae", "--recipe", At("vae.yaml"), "--output", At("run"), "--resume"), StringComparison.Ordinal);
        Assert.Contains("--threads", WrongUsage("train", "vae", "--recipe", At("vae.yaml"), "--threads", "-1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Latents_of_another_model_are_one_line()
    {
        File.WriteAllText(At("vae.yaml"), Recipe);
        Assert.Equal(0, Run("train", "vae", "--recipe", At("vae.yaml"), "--output", At("run"), "--export", At("model")).ExitCode);
        File.WriteAllText(At("base.yaml"), $"model: {At("model")}\nlatents: {At("latents.bin")}\nsteps: 1\nwarmup_steps: 0\n");
        File.WriteAllText(At("latents.bin"), "");
        File.WriteAllText(At("latents.bin.json"), "{}");
        string line = Failed("train", "base", "--recipe", At("base.yaml"), "--output", At("base"));
        Assert.Contains("latents.bin", line, StringComparison.Ordinal);
        Assert.Contains("delete the file", line, StringComparison.Ordinal);
    }
}
