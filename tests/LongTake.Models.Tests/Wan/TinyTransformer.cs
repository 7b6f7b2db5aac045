using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Models.Tests.Wan;

/// <summary>A transformer small enough for finite differences, with random weights everywhere (no zero head, no unit norms).</summary>
internal static class TinyTransformer
{
    public static WanTransformerConfig Config { get; } = new()
    {
        Dim = 24,
        FfnDim = 36,
        HeadCount = 2,
        LayerCount = 2,
        FreqDim = 16,
        TextDim = 10,
        TextLength = 5,
        InChannels = 3,
        OutChannels = 2,
    };

    /// <summary>Frames, height and width of latents, and their grid.</summary>
    public const int Frames = 4;

    public const int Side = 4;

    public static TokenGrid Grid { get; } = Config.GridOf(Frames, Side, Side);

    public static ParameterStore RandomParameters(DType type = DType.F32, WanTransformerConfig? config = null)
    {
        ParameterStore store = new();
        ulong stream = 0;
        foreach (ParameterSpec spec in WanTransformer.Specs(config ?? Config))
        {
            using Tensor values = Random(spec.Shape, 100 + stream++, scale: 0.5f);
            if (spec.Shape.Rank > 1 && !spec.Name.Contains("modulation", StringComparison.Ordinal))
            {
                Multiply(values, 2 / MathF.Sqrt(spec.Shape.CountOf(1, spec.Shape.Rank)));
            }
            else if (spec.Init == ParameterInit.Ones)
            {
                foreach (ref float v in values.Span)
                {
                    v = 1 + (0.5f * v);
                }
            }
            store.Add(spec.Name, TensorConversion.To(values, type));
        }
        return store;
    }

    public static Tensor Latents(int batch, DType type = DType.F32, ulong seed = 1) =>
        Typed(Random([batch, Config.InChannels, Frames, Side, Side], seed), type);

    public static Tensor Prompts(int batch, DType type = DType.F32, ulong seed = 2) => Typed(Random([batch, 3, Config.TextDim], seed), type);

    public static Tensor Random(Shape shape, ulong stream, float scale = 1)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(5, stream).FillNormal(t.Span);
        Multiply(t, scale);
        return t;
    }

    public static double[] Doubles(Tensor t)
    {
        using Tensor wide = TensorScope.Detach(TensorConversion.To(t, DType.F64));
        return wide.AsSpan<double>().ToArray();
    }

    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what = "result")
    {
        Assert.Equal(expected.Shape, actual.Shape);
        AssertClose(Doubles(expected), Doubles(actual), tolerance, what);
    }

    /// <summary>Largest difference within <paramref name="tolerance"/> times the largest expected magnitude.</summary>
    public static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = expected.Max(Math.Abs);
        double error = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(error <= tolerance * size, $"{what}: off by {error:E2} where the largest value is {size:E2} (allowed {tolerance:E1} of it).");
    }

    private static Tensor Typed(Tensor t, DType type) => type == t.DType ? t : TensorConversion.To(t, type);

    private static void Multiply(Tensor t, float factor)
    {
        foreach (ref float v in t.Span)
        {
            v *= factor;
        }
    }
}
