namespace LongTake.Cli.Tests.Align;

public class AlignTests : CliFixture
{
    public static TheoryData<string> Methods => ["kvpo", "flow-grpo", "reward-weighted", "nft"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Wrong_recipes_and_models_are_one_line_before_any_work(string method)
    {
        string recipe = TinyFewStep.Recipe + (method == "kvpo" ? TinyFewStep.Kvpo : "") + "rewards: {background: 1}\n";
        Assert.Contains("nowhere.yaml", Failed("align", method, "--recipe", At("nowhere.yaml"), "--output", At("run")), StringComparison.Ordinal);
        File.WriteAllText(At("recipe.yaml"), recipe.Replace("group_size: 2", "group_size: 1", StringComparison.Ordinal));
        Assert.Contains("group of one", Failed("align", method, "--recipe", At("recipe.yaml"), "--output", At("run")), StringComparison.Ordinal);

        // The model's frames are smaller than the analyser's.
        File.WriteAllText(At("recipe.yaml"), recipe + $"model: {TinyModel.Write(At("model"))}\n");
        Assert.Contains("64x64", Failed("align", method, "--recipe", At("recipe.yaml"), "--output", At("run")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("run")));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Help_has_the_options_of_a_training(string method)
    {
        string help = Run("align", method, "--help").Output;
        Assert.All((string[])["--recipe", "--output", "--resume", "--export"], o => Assert.Contains(o, help, StringComparison.Ordinal));
        Assert.Contains("model in the output folder", string.Join(' ', help.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_is_trained_and_resumed_from_the_command_line()
    {
        File.WriteAllText(
            At("nft.yaml"), TinyFewStep.Recipe + $"rewards: {{background: 1}}\nexplored_chunks: 1\nmodel: {TinyFewStep.Write(At("model"))}\n");
        Assert.Equal(0, Run("align", "nft", "--recipe", At("nft.yaml"), "--output", At("run")).ExitCode);
        Assert.True(File.Exists(At("run/model/lora.safetensors")));

        // As the page of each method says: the result makes video, with what it lacks from the model that it was made from.
        Assert.Equal(0, Run("generate", "a red circle.", "--model", At("run/model"), "--seconds", "0.5", "--output", At("clip.png")).ExitCode);
        Assert.True(File.Exists(At("clip.png")));
        Assert.Contains("\"calls\":", File.ReadAllText(At("run/metrics.jsonl")), StringComparison.Ordinal);
        Assert.Contains("--resume", Failed("align", "nft", "--recipe", At("nft.yaml"), "--output", At("run")), StringComparison.Ordinal);
        Assert.Equal(0, Run("align", "nft", "--recipe", At("nft.yaml"), "--output", At("run"), "--resume").ExitCode);
    }
}
