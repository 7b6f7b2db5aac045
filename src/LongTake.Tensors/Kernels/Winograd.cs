using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Winograd's F(2, 3) along rows: two neighbouring results of a three-tap sum cost four products instead of six. Inputs d0..d3 become
/// (d0 - d2, d1 + d2, d2 - d1, d1 - d3), weights g0..g2 become (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2), and of the four products
/// m the results are m0 + m1 + m2 and m1 - m2 - m3. Source: Winograd, "Arithmetic complexity of computations" (1980); Lavin and Gray, "Fast
/// algorithms for convolutional neural networks" (2016).
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Products for two results.</summary>
    public const int Components = 4;

    /// <summary>Component <paramref name="m"/> of the three weights at g, g + step and g + 2 * step.</summary>
    public static float Weight(float* g, long step, int m) => m switch
    {
        0 => g[0],
        1 => 0.5f * (g[0] + g[2 * step] + g[step]),
        2 => 0.5f * (g[0] + g[2 * step] - g[step]),
        _ => g[2 * step],
    };

    /// <summary>Transforms a row of 2 * count + 2 inputs to <paramref name="count"/> values of each component, <paramref name="stride"/> apart.</summary>
    public static void SplitRow(float* row, float* to, long stride, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                // Pairs are 64-bit integers; narrowing keeps the even members, after a shift the odd ones.
                (Vector256<float> d0, Vector256<float> d1) = Pairs256(row + (2 * i));
                (Vector256<float> d2, Vector256<float> d3) = Pairs256(row + (2 * i) + 2);
                (d0 - d2).Store(to + i);
                (d1 + d2).Store(to + stride + i);
                (d2 - d1).Store(to + (2 * stride) + i);
                (d1 - d3).Store(to + (3 * stride) + i);
            }
        }
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i + 4 <= count; i += 4)
            {
                (Vector128<float> d0, Vector128<float> d1) = Pairs128(row + (2 * i));
                (Vector128<float> d2, Vector128<float> d3) = Pairs128(row + (2 * i) + 2);
                (d0 - d2).Store(to + i);
                (d1 + d2).Store(to + stride + i);
                (d2 - d1).Store(to + (2 * stride) + i);
                (d1 - d3).Store(to + (3 * stride) + i);
            }
        }
        for (; i < count; i++)
        {
            float* d = row + (2 * i);
            to[i] = d[0] - d[2];
            to[stride + i] = d[1] + d[2];
            to[(2 * stride) + i] = d[2] - d[1];
            to[(3 * stride) + i] = d[1] - d[3];
        }
    }

    /// <summary>Turns <paramref name="count"/> products of each component into 2 * count results.</summary>
    public static void JoinRow(float* from, long stride, float* to, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> m1 = Vector256.Load(from + stride + i), m2 = Vector256.Load(from + (2 * stride) + i);
                Vector256<float> even = Vector256.Load(from + i) + m1 + m2;
                Vector256<float> odd = m1 - m2 - Vector256.Load(from + (3 * stride) + i);
                (Vector256<ulong> evenLow, Vector256<ulong> evenHigh) = Vector256.Widen(even.AsUInt32());
                (Vector256<ulong> oddLow, Vector256<ulong> oddHigh) = Vector256.Widen(odd.AsUInt32());
                (evenLow | (oddLow << 32)).Store((ulong*)(to + (2 * i)));
                (evenHigh | (oddHigh << 32)).Store((ulong*)(to + (2 * i) + 8));
            }
        }
        for (; i < count; i++)
        {
            float m1 = from[stride + i], m2 = from[(2 * stride) + i];
            to[2 * i] = from[i] + m1 + m2;
            to[(2 * i) + 1] = m1 - m2 - from[(3 * stride) + i];
        }
    }

    /// <summary>
    /// The transpose of <see cref="JoinRow"/>: gradients of <paramref name="size"/> results to those of the products, (y0, y0 + y1, y0 - y1, -y1).
    /// </summary>
    public static void SplitGradientRow(float* gy, float* to, long stride, int size)
    {
        int i = 0;
        int pairs = size / 2;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= pairs; i += 8)
            {
                (Vector256<float> y0, Vector256<float> y1) = Pairs256(gy + (2 * i));
                y0.Store(to + i);
                (y0 + y1).Store(to + stride + i);
                (y0 - y1).Store(to + (2 * stride) + i);
                (-y1).Store(to + (3 * stride) + i);
            }
        }
        for (; i < (size + 1) / 2; i++)
        {
            float y0 = gy[2 * i], y1 = (2 * i) + 1 < size ? gy[(2 * i) + 1] : 0;
            to[i] = y0;
            to[stride + i] = y0 + y1;
            to[(2 * stride) + i] = y0 - y1;
            to[(3 * stride) + i] = -y1;
        }
    }

    /// <summary>Adds the gradients of weights, three a value, given those of their four components, <paramref name="stride"/> apart.</summary>
    public static void AddWeightGradients(float* from, long stride, float* to, int count)
    {
        for (int i = 0; i < count; i++, to += 3)
        {
            float half = 0.5f * (from[stride + i] + from[(2 * stride) + i]);
            to[0] += from[i] + half;
            to[1] += 0.5f * (from[stride + i] - from[(2 * stride) + i]);
            to[2] += half + from[(3 * stride) + i];
        }
    }

    private static (Vector256<float> Even, Vector256<float> Odd) Pairs256(float* p)
    {
        Vector256<ulong> a = Vector256.Load((ulong*)p), b = Vector256.Load((ulong*)(p + 8));
        return (Vector256.Narrow(a, b).AsSingle(), Vector256.Narrow(a >>> 32, b >>> 32).AsSingle());
    }

    private static (Vector128<float> Even, Vector128<float> Odd) Pairs128(float* p)
    {
        Vector128<ulong> a = Vector128.Load((ulong*)p), b = Vector128.Load((ulong*)(p + 4));
        return (Vector128.Narrow(a, b).AsSingle(), Vector128.Narrow(a >>> 32, b >>> 32).AsSingle());
    }
}
