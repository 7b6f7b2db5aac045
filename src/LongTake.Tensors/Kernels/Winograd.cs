using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Winograd's F(2, 3) along rows: two neighbouring results of a three-tap sum cost four products instead of six. Inputs d0..d3 become
/// (d0 - d2, d1 + d2, d2 - d1, d1 - d3), weights g0..g2 become (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2), and of the four products
/// m the results are m0 + m1 + m2 and m1 - m2 - m3. Source: Winograd, "Arithmetic complexity of computations" (1980); Lavin and Gray, "Fast
/// algorithms for convolutional neural networks" (2016).
/// </summary>
internal static unsafe partial class Winograd
{
    /// <summary>Products for two results.</summary>
    public const int Components = 4;

    /// <summary>Coefficients of component <paramref name="m"/> of the weights.</summary>
    public static (float C0, float C1, float C2) WeightCoefficients(int m) => m switch
    {
        0 => (1f, 0f, 0f),
        1 => (0.5f, 0.5f, 0.5f),
        2 => (0.5f, -0.5f, 0.5f),
        _ => (0f, 0f, 1f),
    };

    /// <summary>
    /// Transforms the inputs of <paramref name="count"/> pairs to their components, <paramref name="stride"/> apart. Pair i has inputs
    /// start + 2i to start + 2i + 3; those outside the line are zero.
    /// </summary>
    public static void SplitRow(float* line, int size, int start, float* to, long stride, int count)
    {
        // Pairs [low, high) lie wholly inside. They are read straight from the line, whole vectors at a time, the last overlapping the one before.
        int low = Math.Min(start < 0 ? (1 - start) / 2 : 0, count);
        int high = Math.Clamp(size - 4 - start >= 0 ? ((size - 4 - start) / 2) + 1 : 0, low, count);
        SplitEdge(line, size, start, to, stride, 0, low);
        float* inside = line + start + (2 * low);
        int n = high - low;
        if (Vector512.IsHardwareAccelerated && n >= 16)
        {
            for (int i = 0; i < n; i += 16)
            {
                int at = Math.Min(i, n - 16);
                Split16(inside + (2 * at), to + low + at, stride);
            }
        }
        else if (Vector256.IsHardwareAccelerated && n >= 8)
        {
            for (int i = 0; i < n; i += 8)
            {
                int at = Math.Min(i, n - 8);
                Split8(inside + (2 * at), to + low + at, stride);
            }
        }
        else if (Vector128.IsHardwareAccelerated && n >= 4)
        {
            for (int i = 0; i < n; i += 4)
            {
                int at = Math.Min(i, n - 4);
                Split4(inside + (2 * at), to + low + at, stride);
            }
        }
        else
        {
            high = low;
        }
        SplitEdge(line, size, start, to, stride, high, count);
    }

    /// <summary>
    /// As <see cref="SplitRow"/> for a line whose pixels stand for two each. <paramref name="size"/> counts stored pixels,
    /// <paramref name="start"/> doubled ones. If the start is odd, the middle two inputs of a pair are the same pixel and component 2 is zero.
    /// </summary>
    public static void SplitDoubledRow(float* line, int size, int start, float* to, long stride, int count)
    {
        int i = 0;
        if ((start & 1) != 0)
        {
            int first = (start + 1) >> 1;
            i = Math.Clamp(1 - first, 0, count);
            SplitDoubledEdge(line, size, start, to, stride, 0, i);
            int lanes = Vector<float>.Count;
            for (; i + lanes <= count && first + i + lanes < size; i += lanes)
            {
                float* s = line + first + i;
                Vector<float> middle = Vector.Load(s);
                (Vector.Load(s - 1) - middle).Store(to + i);
                (middle + middle).Store(to + stride + i);
                Vector<float>.Zero.Store(to + (2 * stride) + i);
                (middle - Vector.Load(s + 1)).Store(to + (3 * stride) + i);
            }
        }
        SplitDoubledEdge(line, size, start, to, stride, i, count);
    }

    /// <summary>Turns <paramref name="count"/> products of each component into 2 * count results, added to those of <paramref name="added"/> if it is not null.</summary>
    public static void JoinRow(float* from, long stride, float* added, float* to, int count)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<int> lower = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            Vector512<int> upper = lower + Vector512.Create(8);
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> m1 = Vector512.Load(from + stride + i), m2 = Vector512.Load(from + (2 * stride) + i);
                Vector512<float> even = Vector512.Load(from + i) + m1 + m2;
                Vector512<float> odd = m1 - m2 - Vector512.Load(from + (3 * stride) + i);
                Vector512<float> low = Avx512F.PermuteVar16x32x2(even, lower, odd), high = Avx512F.PermuteVar16x32x2(even, upper, odd);
                if (added is not null)
                {
                    low += Vector512.Load(added + (2 * i));
                    high += Vector512.Load(added + (2 * i) + 16);
                }
                low.Store(to + (2 * i));
                high.Store(to + (2 * i) + 16);
            }
        }
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> m1 = Vector256.Load(from + stride + i), m2 = Vector256.Load(from + (2 * stride) + i);
                Vector256<float> even = Vector256.Load(from + i) + m1 + m2;
                Vector256<float> odd = m1 - m2 - Vector256.Load(from + (3 * stride) + i);
                (Vector256<ulong> evenLow, Vector256<ulong> evenHigh) = Vector256.Widen(even.AsUInt32());
                (Vector256<ulong> oddLow, Vector256<ulong> oddHigh) = Vector256.Widen(odd.AsUInt32());
                Vector256<float> low = (evenLow | (oddLow << 32)).AsSingle(), high = (evenHigh | (oddHigh << 32)).AsSingle();
                if (added is not null)
                {
                    low += Vector256.Load(added + (2 * i));
                    high += Vector256.Load(added + (2 * i) + 8);
                }
                low.Store(to + (2 * i));
                high.Store(to + (2 * i) + 8);
            }
        }
        for (; i < count; i++)
        {
            float m1 = from[stride + i], m2 = from[(2 * stride) + i];
            float even = from[i] + m1 + m2, odd = m1 - m2 - from[(3 * stride) + i];
            to[2 * i] = added is null ? even : even + added[2 * i];
            to[(2 * i) + 1] = added is null ? odd : odd + added[(2 * i) + 1];
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

    private static void SplitEdge(float* line, int size, int start, float* to, long stride, int from, int end)
    {
        for (int i = from; i < end; i++)
        {
            int x = start + (2 * i);
            float d0 = At(line, size, x), d1 = At(line, size, x + 1), d2 = At(line, size, x + 2), d3 = At(line, size, x + 3);
            to[i] = d0 - d2;
            to[stride + i] = d1 + d2;
            to[(2 * stride) + i] = d2 - d1;
            to[(3 * stride) + i] = d1 - d3;
        }
    }

    private static void SplitDoubledEdge(float* line, int size, int start, float* to, long stride, int from, int end)
    {
        for (int i = from; i < end; i++)
        {
            int x = start + (2 * i);
            float d0 = At(line, size, x >> 1), d1 = At(line, size, (x + 1) >> 1);
            float d2 = At(line, size, (x + 2) >> 1), d3 = At(line, size, (x + 3) >> 1);
            to[i] = d0 - d2;
            to[stride + i] = d1 + d2;
            to[(2 * stride) + i] = d2 - d1;
            to[(3 * stride) + i] = d1 - d3;
        }
    }

    private static float At(float* line, int size, int x) => (uint)x < (uint)size ? line[x] : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split16(float* d, float* to, long stride)
    {
        (Vector512<float> d0, Vector512<float> d1) = Pairs512(d);
        (Vector512<float> d2, Vector512<float> d3) = Pairs512(d + 2);
        StoreComponents(d0, d1, d2, d3, to, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split8(float* d, float* to, long stride)
    {
        (Vector256<float> d0, Vector256<float> d1) = Pairs256(d);
        (Vector256<float> d2, Vector256<float> d3) = Pairs256(d + 2);
        (d0 - d2).Store(to);
        (d1 + d2).Store(to + stride);
        (d2 - d1).Store(to + (2 * stride));
        (d1 - d3).Store(to + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split4(float* d, float* to, long stride)
    {
        (Vector128<float> d0, Vector128<float> d1) = Pairs128(d);
        (Vector128<float> d2, Vector128<float> d3) = Pairs128(d + 2);
        (d0 - d2).Store(to);
        (d1 + d2).Store(to + stride);
        (d2 - d1).Store(to + (2 * stride));
        (d1 - d3).Store(to + (3 * stride));
    }

    // Pairs are 64-bit integers: narrowing keeps their even members, after a shift their odd ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Even, Vector512<float> Odd) Pairs512(float* p)
    {
        if (Avx512F.IsSupported)
        {
            // One instruction each where narrowing takes four.
            Vector512<float> low = Vector512.Load(p), high = Vector512.Load(p + 16);
            return (
                Avx512F.PermuteVar16x32x2(low, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), high),
                Avx512F.PermuteVar16x32x2(low, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), high));
        }
        Vector512<ulong> a = Vector512.Load((ulong*)p), b = Vector512.Load((ulong*)(p + 16));
        return (Vector512.Narrow(a, b).AsSingle(), Vector512.Narrow(a >>> 32, b >>> 32).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Even, Vector256<float> Odd) Pairs256(float* p)
    {
        Vector256<ulong> a = Vector256.Load((ulong*)p), b = Vector256.Load((ulong*)(p + 8));
        return (Vector256.Narrow(a, b).AsSingle(), Vector256.Narrow(a >>> 32, b >>> 32).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Even, Vector128<float> Odd) Pairs128(float* p)
    {
        Vector128<ulong> a = Vector128.Load((ulong*)p), b = Vector128.Load((ulong*)(p + 4));
        return (Vector128.Narrow(a, b).AsSingle(), Vector128.Narrow(a >>> 32, b >>> 32).AsSingle());
    }
}
