using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Rows of the channel norm: every channel of a block of positions is one row, and the factor sqrt(C) / |x| is one value a
/// position. Tails go through the same vector code, so that a result does not depend on where in a row it lies. Scratch rows
/// (factors, du, ...) have room for a whole last vector.
/// </summary>
/// <typeparam name="V">Vector of the hardware's width.</typeparam>
internal static unsafe class ChannelNormKernels<V>
    where V : unmanaged, IFloats<V>
{
    private const float SmallestLength = 1e-12f;

    /// <summary>sum += x * x.</summary>
    public static void AddSquares(float* x, float* sum, int count)
    {
        for (int i = 0; i < count; i += V.Width)
        {
            V v = Load(x + i, count - i);
            V.Store(V.MultiplyAdd(v, v, V.Load(sum + i)), sum + i);
        }
    }

    /// <summary>Turns sums of squares into factors sqrt(C) / max(sqrt(sum), 1e-12).</summary>
    public static void Factors(float* sum, int count, int channels)
    {
        V root = V.Broadcast(MathF.Sqrt(channels));
        V smallest = V.Broadcast(SmallestLength);
        for (int i = 0; i < count; i += V.Width)
        {
            V.Store(root / V.Max(V.Sqrt(V.Load(sum + i)), smallest), sum + i);
        }
    }

    /// <summary>y = x * factor * gamma.</summary>
    public static void Apply(float* x, float* factor, float gamma, float* y, int count)
    {
        V weight = V.Broadcast(gamma);
        for (int i = 0; i < count; i += V.Width)
        {
            Store(Load(x + i, count - i) * V.Load(factor + i) * weight, y + i, count - i);
        }
    }

    /// <summary>y = SiLU(x * factor * gamma).</summary>
    public static void ApplySilu(float* x, float* factor, float gamma, float* y, int count)
    {
        V weight = V.Broadcast(gamma);
        for (int i = 0; i < count; i += V.Width)
        {
            V v = Load(x + i, count - i) * V.Load(factor + i) * weight;
            Store(v * V.Sigmoid(v), y + i, count - i);
        }
    }

    /// <summary>
    /// First half of the gradient of one channel: writes du = dv * gamma, adds du * u to <paramref name="along"/> (u = x * factor) and
    /// returns the sum of dv * u, the gradient of gamma.
    /// </summary>
    public static float Project(float* gy, float* x, float* factor, float gamma, bool silu, float* du, float* along, int count)
    {
        V weight = V.Broadcast(gamma);
        V one = V.Broadcast(1f);
        V sum = V.Zero;
        for (int i = 0; i < count; i += V.Width)
        {
            V u = Load(x + i, count - i) * V.Load(factor + i);
            V dv = Load(gy + i, count - i);
            if (silu)
            {
                V v = u * weight;
                V s = V.Sigmoid(v);
                dv *= s * V.MultiplyAdd(v, one - s, one);
            }
            sum = V.MultiplyAdd(dv, u, sum);
            dv *= weight;
            V.Store(dv, du + i);
            V.Store(V.MultiplyAdd(dv, u, V.Load(along + i)), along + i);
        }
        return V.Sum(sum);
    }

    /// <summary>Turns sum(du * u) into its share a channel: divided by C, and zero where the length was clamped (then the factor is a constant).</summary>
    public static void Shares(float* along, float* factor, int count, int channels)
    {
        V share = V.Broadcast(1f / channels);
        V limit = V.Broadcast(MathF.Sqrt(channels) / SmallestLength);
        for (int i = 0; i < count; i += V.Width)
        {
            V.Store(V.Load(along + i) * share * V.StepAbove(limit, V.Load(factor + i)), along + i);
        }
    }

    /// <summary>Second half: gx += factor * (du - u * share).</summary>
    public static void AddInput(float* du, float* x, float* factor, float* share, float* gx, int count)
    {
        for (int i = 0; i < count; i += V.Width)
        {
            V f = V.Load(factor + i);
            V u = Load(x + i, count - i) * f;
            V d = V.Load(du + i) - (u * V.Load(share + i));
            Store(V.MultiplyAdd(d, f, Load(gx + i, count - i)), gx + i, count - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(float* from, int count) => count >= V.Width ? V.Load(from) : LoadPart(from, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V v, float* to, int count)
    {
        if (count >= V.Width)
        {
            V.Store(v, to);
        }
        else
        {
            StorePart(v, to, count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V LoadPart(float* from, int count)
    {
        V v = V.Zero;
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(&v, V.Width));
        return v;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart(V v, float* to, int count) => new ReadOnlySpan<float>(&v, count).CopyTo(new Span<float>(to, count));
}
