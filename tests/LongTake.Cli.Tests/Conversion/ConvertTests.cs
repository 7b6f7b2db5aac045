namespace LongTake.Cli.Tests.Conversion;

public class ConvertTests : CliFixture
{
    [Fact]
    public void A_converted_model_is_smaller_described_and_generates()
    {
        string model = TinyModel.Write(At("model")), target = At("float8");
        CliResult result = Run("convert", model, target);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("causal_transformer: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("signal to noise", result.Output, StringComparison.Ordinal);
        Assert.Contains(" -> ", result.Output, StringComparison.Ordinal);
        Assert.Contains("causal_transformer: ", result.Error, StringComparison.Ordinal);
        Assert.True(new FileInfo(TinyModel.Weights(target)).Length < new FileInfo(TinyModel.Weights(model)).Length);
        CliResult inspected = Run("inspect", target);
        Assert.True(inspected.ExitCode == 0, inspected.Output);
        Assert.Contains("float8 (scaled)", inspected.Output, StringComparison.Ordinal);
        CliResult generated = Run("generate", "a red circle.", "--model", target, "--chunks", "1", "--output", At("a.png"));
        Assert.True(generated.ExitCode == 0, generated.Error);

        Assert.Contains("--force", Failed("convert", model, target), StringComparison.Ordinal);
        Assert.Equal(0, Run("convert", model, target, "--force", "--dtype", "float32").ExitCode);
        CliResult file = Run("convert", TinyModel.Weights(model), At("one.safetensors"), "--dtype", "bfloat16");
        Assert.True(file.ExitCode == 0, file.Error);
        Assert.Contains("nothing lost", file.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_are_refused_by_name()
    {
        string model = TinyModel.Write(At("model"));
        Assert.Contains("--dtype is 'int4'", WrongUsage("convert", model, At("x"), "--dtype", "int4"), StringComparison.Ordinal);
        Assert.Contains("'unet'", Failed("convert", model, At("x"), "--parts", "transformer,unet"), StringComparison.Ordinal);
        Assert.Contains("no part 'transformer'", Failed("convert", model, At("x"), "--parts", "transformer"), StringComparison.Ordinal);
        Assert.Contains("nowhere", Failed("convert", At("nowhere"), At("x")), StringComparison.Ordinal);
        Assert.Contains("(4)", Failed("convert", model, At("x"), "--rank", "4"), StringComparison.Ordinal);
        Assert.Contains("no folder 'transformer'", Failed("convert", model, At("x"), "--base", "transformer", "--rank", "4"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("x")));
    }
}
