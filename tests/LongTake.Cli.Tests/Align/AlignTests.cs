namespace LongTake.Cli.Tests.Align;

public class AlignTests : CliFixture
{
    private const string Recipe =
        """
        frames: 15
        first_section: 9
        section: 6
        window: 6
        sink: 1
        nearest: 3
        history: 9
        perturbed_chunks: 1
        group_size: 2
        scenes: 1
        lora_rank: 2
        evaluation_scripts: 1
        steps: 1
        warmup_steps: 0
        rewards: {background: 1}
        """;

    [Fact]
    public void Wrong_recipes_and_models_are_one_line_before_any_work()
    {
        string model = TinyModel.Write(At("model"));
        Assert.Contains("nowhere.yaml", Failed("align", "kvpo", "--recipe", At("nowhere.yaml"), "--output", At("run")), StringComparison.Ordinal);
        File.WriteAllText(At("kvpo.yaml"), Recipe.Replace("group_size: 2", "group_size: 1", StringComparison.Ordinal));
        Assert.Contains("group of one", Failed("align", "kvpo", "--recipe", At("kvpo.yaml"), "--output", At("run")), StringComparison.Ordinal);

        // The model's frames are smaller than the analyser's.
        File.WriteAllText(At("kvpo.yaml"), Recipe + $"\nmodel: {model}\n");
        Assert.Contains("64x64", Failed("align", "kvpo", "--recipe", At("kvpo.yaml"), "--output", At("run")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("run")));
    }

    [Fact]
    public void Help_has_the_options_of_a_training()
    {
        string help = Run("align", "kvpo", "--help").Output;
        Assert.All((string[])["--recipe", "--output", "--resume", "--export"], o => Assert.Contains(o, help, StringComparison.Ordinal));
    }
}
