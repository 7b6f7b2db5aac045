using LongTake.Tensors.Files;
using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests;

public class Float8Tests
{
    private static readonly DType[] s_types = [DType.F8E4M3, DType.F8E5M2];

    public static TheoryData<DType> Types => [.. s_types];

    [Theory]
    [InlineData(0x00, 0f)]
    [InlineData(0x01, 0.001953125f)]
    [InlineData(0x07, 0.013671875f)]
    [InlineData(0x08, 0.015625f)]
    [InlineData(0x38, 1f)]
    [InlineData(0x3C, 1.5f)]
    [InlineData(0xC0, -2f)]
    [InlineData(0x7E, 448f)]
    [InlineData(0xFE, -448f)]
    public void Values_of_e4m3_are_those_of_the_paper(byte code, float value) => Assert.Equal(value, (float)new Float8E4M3(code));

    [Theory]
    [InlineData(0x01, 1.52587890625e-05f)]
    [InlineData(0x04, 6.103515625e-05f)]
    [InlineData(0x3C, 1f)]
    [InlineData(0xC2, -3f)]
    [InlineData(0x7B, 57344f)]
    [InlineData(0x7C, float.PositiveInfinity)]
    [InlineData(0xFC, float.NegativeInfinity)]
    public void Values_of_e5m2_are_those_of_the_paper(byte code, float value) => Assert.Equal(value, (float)new Float8E5M2(code));

    [Theory]
    [MemberData(nameof(Types))]
    public void All_codes_have_the_value_of_their_bits_and_come_back(DType type)
    {
        for (int code = 0; code < 256; code++)
        {
            float have = Decode((byte)code, type);
            Assert.Equal(Exact((byte)code, type), have);
            Assert.Equal(code >= 128, float.IsNegative(have) || (float.IsNaN(have) && code >= 128));
            if (float.IsNaN(have))
            {
                Assert.True(float.IsNaN(Decode(Encode(have, type), type)));
            }
            else if (!float.IsInfinity(have) || type == DType.F8E5M2)
            {
                Assert.Equal(code, Encode(have, type));
            }
        }
        Assert.True(float.IsNaN((float)new Float8E4M3(0x7F)) && float.IsNaN((float)new Float8E4M3(0xFF)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_round_to_the_nearest_and_ties_to_even(DType type)
    {
        List<float> numbers = [0f, -0f, 1e-30f, float.Epsilon, float.MaxValue, float.NegativeInfinity, 463.9f, 464f, 480f, 61439f, 61440f];
        int codes = type == DType.F8E4M3 ? 0x7E : 0x7B;
        for (int code = 0; code < codes; code++)
        {
            // Both neighbours, the middle between them, and its own neighbours.
            float middle = (Decode((byte)code, type) + Decode((byte)(code + 1), type)) / 2;
            numbers.AddRange([middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle), -middle]);
        }
        CounterRandom random = new(5, 8);
        for (int i = 0; i < 20_000; i++)
        {
            numbers.Add((float)((random.NextDouble() - 0.5) * Math.Pow(2, random.NextInt(40) - 22)));
        }
        foreach (float x in numbers)
        {
            Assert.True(Nearest(x, type) == Encode(x, type), $"{x:R} became {Encode(x, type):X2}, not {Nearest(x, type):X2}");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Conversions_multiply_by_the_scale(DType type)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor stored = Tensor.Empty([2, 1500], type);
        for (int i = 0; i < stored.Count; i++)
        {
            stored.AsSpan<byte>()[i] = (byte)(i % 0x7B);
        }
        const float factor = 0.0137f;
        stored.Scale = factor;
        foreach (DType to in (DType[])[DType.F32, DType.F64, DType.BF16, DType.F16])
        {
            Tensor result = TensorConversion.To(stored, to);
            Tensor wide = TensorConversion.To(result, DType.F64);
            for (int i = 0; i < stored.Count; i++)
            {
                float value = Decode(stored.AsSpan<byte>()[i], type) * factor;
                double want = to switch { DType.BF16 => (float)(BFloat16)value, DType.F16 => (double)(Half)value, _ => value };
                Assert.Equal(want, wide.AsSpan<double>()[i]);
            }
        }
        // Back with the same scale: the codes themselves. Into another scale: what that value is there.
        Tensor back = Tensor.Empty(stored.Shape, type);
        back.Scale = factor;
        TensorConversion.Convert(TensorConversion.To(stored, DType.F32), back);
        Assert.Equal(stored.AsSpan<byte>().ToArray(), back.AsSpan<byte>().ToArray());
        Tensor plain = TensorConversion.To(stored, type);
        Assert.Equal(1f, plain.Scale);
        Assert.Equal(Encode(Decode(100, type) * factor, type), plain.AsSpan<byte>()[100]);
    }

    [Fact]
    public void Wider_types_convert_to_float8_as_single_numbers_do()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor x = Tensor.Empty([3000]);
        new CounterRandom(3, 3).FillNormal(x.Span);
        foreach (DType from in (DType[])[DType.F32, DType.F64, DType.BF16, DType.F16])
        {
            Tensor source = TensorConversion.To(x, from);
            float[] values = TensorConversion.To(source, DType.F32).Span.ToArray();
            foreach (DType type in s_types)
            {
                Assert.Equal(values.Select(v => Encode(v, type)), TensorConversion.To(source, type).AsSpan<byte>().ToArray());
            }
        }
    }

    [Fact]
    public void A_scale_belongs_to_the_tensor_and_its_views()
    {
        using Tensor stored = Tensor.From<Float8E4M3>([new(0x38), new(0x40), new(0x44), new(0x08)], [2, 2]);
        Assert.Equal(DType.F8E4M3, stored.DType);
        stored.Scale = 0.5f;
        using Tensor view = stored.View([4]);
        using Tensor row = stored.Row(1);
        using Tensor copy = stored.Clone();
        Assert.Equal([0.5f, 0.5f, 0.5f], [view.Scale, row.Scale, copy.Scale]);
        using Tensor single = TensorConversion.To(row, DType.F32);
        Assert.Equal([1.5f, 0.0078125f], single.Span.ToArray());
        using Tensor other = Tensor.Zeros([2, 2], DType.F8E4M3);
        Assert.Contains("scale", Assert.Throws<ArgumentException>(() => other.CopyFrom(stored)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Handles_that_are_used_again_have_no_scale()
    {
        using TensorScope scope = TensorScope.Open();
        for (int i = 0; i < 3; i++)
        {
            using TensorScope inner = TensorScope.Open();
            Tensor t = Tensor.Zeros([4], DType.F8E4M3);
            Assert.Equal(1f, t.Scale);
            t.Scale = 2f;
        }
    }

    [Fact]
    public void Scales_that_mean_nothing_are_refused()
    {
        using Tensor stored = Tensor.Zeros([2], DType.F8E5M2);
        foreach (float scale in (float[])[0f, -1f, float.NaN, float.PositiveInfinity])
        {
            Assert.Contains("positive and finite", Assert.Throws<ArgumentException>(() => stored.Scale = scale).Message, StringComparison.Ordinal);
        }
        using Tensor single = Tensor.Zeros([2]);
        single.Scale = 1f;
        Assert.Contains("float8", Assert.Throws<ArgumentException>(() => single.Scale = 2f).Message, StringComparison.Ordinal);
    }

    private static float Decode(byte code, DType type) => type == DType.F8E4M3 ? (float)new Float8E4M3(code) : (float)new Float8E5M2(code);

    private static byte Encode(float value, DType type) => type == DType.F8E4M3 ? ((Float8E4M3)value).Bits : ((Float8E5M2)value).Bits;

    /// <summary>From the definition, in double precision.</summary>
    private static float Exact(byte code, DType type)
    {
        (int bits, int bias) = type == DType.F8E4M3 ? (3, 7) : (2, 15);
        int exponent = (code & 0x7F) >> bits, fraction = code & ((1 << bits) - 1);
        double sign = code < 128 ? 1 : -1;
        if (type == DType.F8E4M3 ? (code & 0x7F) == 0x7F : exponent == 31)
        {
            return type == DType.F8E5M2 && fraction == 0 ? (float)(sign / 0.0) : float.NaN;
        }
        double unit = Math.Pow(2, -bits);
        return (float)(sign * (exponent == 0 ? fraction * unit * Math.Pow(2, 1 - bias) : (1 + (fraction * unit)) * Math.Pow(2, exponent - bias)));
    }

    /// <summary>By looking at every finite value, in double precision.</summary>
    private static byte Nearest(float x, DType type)
    {
        byte sign = (byte)(float.IsNegative(x) ? 0x80 : 0);
        double magnitude = Math.Abs((double)x);
        int last = type == DType.F8E4M3 ? 0x7E : 0x7B;
        if (type == DType.F8E5M2 && magnitude >= 61440)
        {
            return (byte)(sign | 0x7C);
        }
        int best = 0;
        for (int code = 1; code <= last; code++)
        {
            double distance = Math.Abs(magnitude - Exact((byte)code, type)), least = Math.Abs(magnitude - Exact((byte)best, type));
            if (distance < least || (distance == least && code % 2 == 0))
            {
                best = code;
            }
        }
        return (byte)(sign | best);
    }
}
