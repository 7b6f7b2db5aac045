using System.Numerics;
using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Rows of the channel norm: every channel of a block of positions is one row, and the factor sqrt(C) / |x| is one value a
/// position. Tails go through the same vector code, so that a result does not depend on where in a row it lies.
/// </summary>
internal static unsafe class ChannelNormKernels
{
    private const float SmallestLength = 1e-12f;

    /// <summary>sum += x * x.</summary>
    public static void AddSquares(float* x, float* sum, int count)
    {
        int lanes = Vector<float>.Count;
        for (int i = 0; i < count; i += lanes)
        {
            Vector<float> v = Load(x + i, count - i);
            Vector.FusedMultiplyAdd(v, v, Vector.Load(sum + i)).Store(sum + i);
        }
    }

    /// <summary>Turns sums of squares into factors sqrt(C) / max(sqrt(sum), 1e-12).</summary>
    public static void Factors(float* sum, int count, int channels)
    {
        Vector<float> root = new(MathF.Sqrt(channels));
        Vector<float> smallest = new(SmallestLength);
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            (root / Vector.Max(Vector.SquareRoot(Vector.Load(sum + i)), smallest)).Store(sum + i);
        }
    }

    /// <summary>y = x * factor * gamma, then SiLU if wanted.</summary>
    public static void Apply(float* x, float* factor, float gamma, bool silu, float* y, int count)
    {
        Vector<float> weight = new(gamma);
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> v = Load(x + i, count - i) * Vector.Load(factor + i) * weight;
            Store(silu ? v * Sigmoid(v) : v, y + i, count - i);
        }
    }

    /// <summary>
    /// First half of the gradient of one channel: writes du = dv * gamma, adds du * u to <paramref name="along"/> (u = x * factor) and
    /// returns the sum of dv * u, the gradient of gamma.
    /// </summary>
    public static float Project(float* gy, float* x, float* factor, float gamma, bool silu, float* du, float* along, int count)
    {
        Vector<float> weight = new(gamma);
        Vector<float> sum = Vector<float>.Zero;
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> u = Load(x + i, count - i) * Vector.Load(factor + i);
            Vector<float> dv = Load(gy + i, count - i);
            if (silu)
            {
                Vector<float> v = u * weight;
                Vector<float> s = Sigmoid(v);
                dv *= s * Vector.FusedMultiplyAdd(v, Vector<float>.One - s, Vector<float>.One);
            }
            sum = Vector.FusedMultiplyAdd(dv, u, sum);
            dv *= weight;
            dv.Store(du + i);
            Vector.FusedMultiplyAdd(dv, u, Vector.Load(along + i)).Store(along + i);
        }
        return Vector.Sum(sum);
    }

    /// <summary>Turns sum(du * u) into its share a channel: divided by C, and zero where the length was clamped (then the factor is a constant).</summary>
    public static void Shares(float* along, float* factor, int count, int channels)
    {
        Vector<float> share = new(1f / channels);
        Vector<float> limit = new(MathF.Sqrt(channels) / SmallestLength);
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> clamped = Vector.GreaterThanOrEqual(Vector.Load(factor + i), limit).As<int, float>();
            Vector.AndNot(Vector.Load(along + i) * share, clamped).Store(along + i);
        }
    }

    /// <summary>Second half: gx += factor * (du - u * share).</summary>
    public static void AddInput(float* du, float* x, float* factor, float* share, float* gx, int count)
    {
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> f = Vector.Load(factor + i);
            Vector<float> u = Load(x + i, count - i) * f;
            Vector<float> d = Vector.Load(du + i) - (u * Vector.Load(share + i));
            Store(Vector.FusedMultiplyAdd(d, f, Load(gx + i, count - i)), gx + i, count - i);
        }
    }

    /// <summary>1 / (1 + exp(-v)), with a relative error of a few units in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Sigmoid(Vector<float> v)
    {
        // exp(x) = 2^n * exp(r), |r| <= ln(2) / 2; the polynomial is Cephes' expf.
        Vector<float> x = Vector.Min(Vector.Max(-v, new Vector<float>(-87f)), new Vector<float>(87f));
        Vector<float> n = Vector.Round(x * new Vector<float>(1.44269504f));
        Vector<float> r = Vector.FusedMultiplyAdd(n, new Vector<float>(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(2.12194440e-4f), r);
        Vector<float> p = Vector.FusedMultiplyAdd(new Vector<float>(1.9875691500e-4f), r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r + Vector<float>.One);
        Vector<int> power = Vector.ShiftLeft(Vector.ConvertToInt32Native(n) + new Vector<int>(127), 23);
        return Vector<float>.One / Vector.FusedMultiplyAdd(p, power.As<int, float>(), Vector<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(float* from, int count) => count >= Vector<float>.Count ? Vector.Load(from) : LoadPart(from, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<float> v, float* to, int count)
    {
        if (count >= Vector<float>.Count)
        {
            v.Store(to);
        }
        else
        {
            StorePart(v, to, count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<float> LoadPart(float* from, int count)
    {
        Vector<float> v = Vector<float>.Zero;
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(&v, Vector<float>.Count));
        return v;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart(Vector<float> v, float* to, int count) =>
        new ReadOnlySpan<float>(&v, count).CopyTo(new Span<float>(to, count));
}
