namespace LongTake.Tensors.Random;

public sealed partial class TorchRandom
{
    // Significant bits of the type: that many random bits make one uniform number.
    private const int SingleDigits = 24;
    private const int HalfDigits = 11;
    private const int BFloat16Digits = 8;

    private const double TwoPi = 2 * Math.PI;

    /// <summary><c>torch.randn</c> in single precision.</summary>
    public void FillNormal(Span<float> values)
    {
        if (values.Length < Block)
        {
            foreach (ref float value in values)
            {
                value = (float)NextNormal();
            }
            return;
        }
        FillUniform(values);
        for (int i = 0; i + Block <= values.Length; i += Block)
        {
            Transform(values.Slice(i, Block));
        }
        if (values.Length % Block != 0)
        {
            Span<float> tail = values[^Block..];
            FillUniform(tail);
            Transform(tail);
        }
    }

    /// <summary><c>torch.randn</c> in double precision.</summary>
    public void FillNormal(Span<double> values)
    {
        if (values.Length < Block)
        {
            foreach (ref double value in values)
            {
                value = NextNormal();
            }
            return;
        }
        FillUniform(values);
        for (int i = 0; i + Block <= values.Length; i += Block)
        {
            Transform(values.Slice(i, Block));
        }
        if (values.Length % Block != 0)
        {
            Span<double> tail = values[^Block..];
            FillUniform(tail);
            Transform(tail);
        }
    }

    /// <summary><c>torch.randn</c> in bfloat16: every intermediate result is rounded to bfloat16, as there.</summary>
    public void FillNormal(Span<BFloat16> values) =>
        FillNarrow(values, BFloat16Digits, static x => (BFloat16)x, static x => (float)x);

    /// <summary><c>torch.randn</c> in half precision: every intermediate result is rounded to half, as there.</summary>
    public void FillNormal(Span<Half> values) =>
        FillNarrow(values, HalfDigits, static x => (Half)x, static x => (float)x);

    /// <summary>The polar form of two uniform numbers in single precision; entries j and j + 8 of 16 belong together.</summary>
    private static void Transform(Span<float> values)
    {
        for (int j = 0; j < Block / 2; j++)
        {
            float radius = MathF.Sqrt(-2f * MathF.Log(1f - values[j]));
            (float sin, float cos) = MathF.SinCos((float)TwoPi * values[j + (Block / 2)]);
            values[j] = radius * cos;
            values[j + (Block / 2)] = radius * sin;
        }
    }

    private static void Transform(Span<double> values)
    {
        for (int j = 0; j < Block / 2; j++)
        {
            double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - values[j]));
            (double sin, double cos) = Math.SinCos(TwoPi * values[j + (Block / 2)]);
            values[j] = radius * cos;
            values[j + (Block / 2)] = radius * sin;
        }
    }

    private void FillNarrow<T>(Span<T> values, int digits, Func<float, T> narrow, Func<T, float> widen)
    {
        if (values.Length < Block)
        {
            foreach (ref T value in values)
            {
                value = narrow((float)NextNormal());
            }
            return;
        }
        float Round(double x) => widen(narrow((float)x));

        void Transform(Span<T> block)
        {
            for (int j = 0; j < Block / 2; j++)
            {
                float u1 = Round(1f - widen(block[j]));
                float u2 = widen(block[j + (Block / 2)]);
                float radius = Round(MathF.Sqrt(Round(-2f * Round(MathF.Log(u1)))));
                float theta = Round(TwoPi * u2);
                block[j] = narrow(radius * Round(MathF.Cos(theta)));
                block[j + (Block / 2)] = narrow(radius * Round(MathF.Sin(theta)));
            }
        }

        void Draw(Span<T> part)
        {
            foreach (ref T value in part)
            {
                value = narrow(NextUniform(digits));
            }
        }

        Draw(values);
        for (int i = 0; i + Block <= values.Length; i += Block)
        {
            Transform(values.Slice(i, Block));
        }
        if (values.Length % Block != 0)
        {
            Span<T> tail = values[^Block..];
            Draw(tail);
            Transform(tail);
        }
    }

    /// <summary>One deviate of the scalar algorithm, computed in double; every second one was made with the one before.</summary>
    private double NextNormal()
    {
        if (_next is double kept)
        {
            _next = null;
            return kept;
        }
        double u1 = NextUniformDouble();
        double u2 = NextUniformDouble();
        // 1 - u2 is exact: u2 is a multiple of 2^-53 below one.
        double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - u2));
        (double sin, double cos) = Math.SinCos(TwoPi * u1);
        _next = radius * sin;
        return radius * cos;
    }

    private float NextUniform(int digits) => (NextUInt32() & ((1u << digits) - 1)) * (1f / (1u << digits));

    private double NextUniformDouble() => (NextUInt64() & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));
}
