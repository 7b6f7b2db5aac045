namespace LongTake.Cli.Tests.Inspect;

public class InspectTests : CliFixture
{
    [Fact]
    public void Folders_and_files_are_described()
    {
        string model = TinyModel.Write(At("model"));
        CliResult folder = Run("inspect", model);
        Assert.True(folder.ExitCode == 0, folder.Output + folder.Error);
        Assert.Contains("causal transformer", folder.Output, StringComparison.Ordinal);
        Assert.Contains("tokenizer", folder.Output, StringComparison.Ordinal);

        CliResult file = Run("inspect", TinyModel.Weights(model), "--tensors");
        Assert.Equal(0, file.ExitCode);
        Assert.Contains("blocks.0.self_attn.q.weight", file.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_used_sets_the_exit_code()
    {
        string model = TinyModel.Write(At("model"));
        File.WriteAllBytes(TinyModel.Weights(model), File.ReadAllBytes(TinyModel.Weights(model))[..100]);
        CliResult result = Run("inspect", model);
        Assert.Equal(LongTakeApplication.Failed, result.ExitCode);
        Assert.Contains("PROBLEM", result.Output, StringComparison.Ordinal);
        Assert.Contains("nowhere", Failed("inspect", At("nowhere")), StringComparison.Ordinal);
    }
}
