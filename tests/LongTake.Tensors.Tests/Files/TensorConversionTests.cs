using LongTake.Tensors.Files;
using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.Files;

public class TensorConversionTests
{
    private static readonly double[] s_special =
    [
        0, -0.0, 1, -1, 0.1, 1e-8, 6e-8, 65504, 65520, 1e30, 1e300, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
        1.00390625, 1.01171875, 1 + (1.0 / 2048), 1 + (3.0 / 2048), 1 + (1.0 / 2048) + 1e-12, 5.960464477539063e-08,
    ];

    [Theory]
    [InlineData(DType.F64)]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Every_floating_type_converts_into_every_other_with_one_rounding(DType from)
    {
        // More than one buffer full, and a remainder.
        double[] values = new double[2500];
        CounterRandom random = new(1, 1);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i < s_special.Length ? s_special[i] : (random.NextDouble() - 0.5) * Math.Pow(10, random.NextInt(12) - 6);
        }
        using Tensor wide = Tensor.From<double>(values, [values.Length]);
        using Tensor source = TensorConversion.To(wide, from);
        double[] stored = Read(source);
        foreach (DType to in new[] { DType.F64, DType.F32, DType.BF16, DType.F16 })
        {
            using Tensor result = TensorConversion.To(source, to);
            Assert.Equal(to, result.DType);
            double[] have = Read(result);
            for (int i = 0; i < have.Length; i++)
            {
                double want = to switch
                {
                    DType.F64 => stored[i],
                    DType.F32 => (float)stored[i],
                    DType.F16 => (double)(Half)stored[i],
                    _ => (float)(BFloat16)(float)stored[i],
                };
                Assert.True(want.Equals(have[i]), $"{from} {stored[i]:R} to {to}: {have[i]:R}, expected {want:R}");
            }
        }
    }

    [Fact]
    public void Integers_and_flags_convert_into_floating_types()
    {
        using Tensor longs = Tensor.From<long>([-3, 1L << 40], [2]);
        using Tensor ints = Tensor.From<int>([-3, 16_777_217], [2]);
        using Tensor shorts = Tensor.From<short>([-3, 7], [2]);
        using Tensor chars = Tensor.From<sbyte>([-3, 7], [2]);
        using Tensor bytes = Tensor.From<byte>([253, 7], [2]);
        using Tensor flags = Tensor.From<bool>([true, false], [2]);
        Assert.Equal([-3, 1099511627776], Singles(longs));
        Assert.Equal([-3, 16_777_216], Singles(ints));
        Assert.Equal([-3, 7], Singles(shorts));
        Assert.Equal([-3, 7], Singles(chars));
        Assert.Equal([253, 7], Singles(bytes));
        Assert.Equal([1, 0], Singles(flags));
    }

    [Fact]
    public void Fractions_do_not_become_integers_and_counts_must_agree()
    {
        using Tensor x = Tensor.Zeros([3]);
        Assert.Throws<ArgumentException>(() => TensorConversion.To(x, DType.I32));
        using Tensor y = Tensor.Zeros([4], DType.BF16);
        Assert.Throws<ArgumentException>(() => TensorConversion.Convert(x, y));
    }

    private static float[] Singles(Tensor t)
    {
        using Tensor single = TensorConversion.To(t, DType.F32);
        return single.Span.ToArray();
    }

    private static double[] Read(Tensor t) => t.DType switch
    {
        DType.F64 => t.AsSpan<double>().ToArray(),
        DType.F32 => [.. t.Span.ToArray().Select(v => (double)v)],
        DType.F16 => [.. t.AsSpan<Half>().ToArray().Select(v => (double)v)],
        _ => [.. t.AsSpan<BFloat16>().ToArray().Select(v => (double)(float)v)],
    };
}
