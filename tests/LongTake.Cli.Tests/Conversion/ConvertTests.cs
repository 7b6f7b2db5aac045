using LongTake.Tensors;
using LongTake.Tensors.Files;

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

    [Fact]
    public void Models_are_averaged()
    {
        string one = TinyModel.Write(At("one")), two = TinyModel.Write(At("two"), 2), mean = At("mean");
        CliResult result = Run("convert", one, mean, "--average", two, "--shares", "0.25,0.75", "--dtype", "float32");
        Assert.True(result.ExitCode == 0, result.Error);
        Dictionary<string, float[]> a = Values(one), b = Values(two), m = Values(mean);
        Assert.Equal(a.Keys.Order(), m.Keys.Order());
        foreach ((string name, float[] values) in m)
        {
            for (int i = 0; i < values.Length; i++)
            {
                float exact = (float)((0.25 * a[name][i]) + (0.75 * b[name][i]));
                Assert.Equal(exact, values[i], MathF.Abs(exact) / 256);
            }
        }
        Assert.Equal(0, Run("convert", one, At("equal"), "--average", one, "--dtype", "bfloat16").ExitCode);
        Assert.Equal(Values(one), Values(At("equal")));
        CliResult generated = Run("generate", "a red circle.", "--model", mean, "--chunks", "1", "--output", At("a.png"));
        Assert.True(generated.ExitCode == 0, generated.Error);
    }

    [Fact]
    public void Averages_that_mean_nothing_are_refused()
    {
        string one = TinyModel.Write(At("one")), two = TinyModel.Write(At("two"), 2), other = TinyModel.WriteBidirectional(At("other"));
        Assert.Contains("2 shares", Failed("convert", one, At("x"), "--shares", "0.5,0.5"), StringComparison.Ordinal);
        Assert.Contains("sum up to 1", Failed("convert", one, At("x"), "--average", two, "--shares", "0.5,0.6"), StringComparison.Ordinal);
        Assert.Contains("above 0", Failed("convert", one, At("x"), "--average", two, "--shares", "2,-1"), StringComparison.Ordinal);
        Assert.Contains("--shares is 'half'", WrongUsage("convert", one, At("x"), "--average", two, "--shares", "half"), StringComparison.Ordinal);
        Assert.Contains("no part 'transformer'", Failed("convert", other, At("x"), "--parts", "transformer", "--average", one), StringComparison.Ordinal);
        Assert.Contains("are averaged", Failed("convert", TinyModel.Weights(one), At("x.safetensors"), "--average", two), StringComparison.Ordinal);
        Assert.Contains("nowhere", Failed("convert", one, At("x"), "--average", At("nowhere")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("x")));
    }

    private static Dictionary<string, float[]> Values(string model)
    {
        using SafetensorsFile file = SafetensorsFile.Open(TinyModel.Weights(model));
        Dictionary<string, float[]> values = [];
        foreach (TensorInfo info in file.Tensors)
        {
            using Tensor stored = file.Load(info.Name), wide = TensorConversion.To(stored, DType.F32);
            values.Add(info.Name, wide.Span.ToArray());
        }
        return values;
    }
}
