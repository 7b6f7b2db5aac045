using System.Numerics;

namespace LongTake.Tensors.Kernels;

/// <summary>Short rows of floats.</summary>
internal static unsafe class RowKernels
{
    /// <summary>to = from + added; or a copy if <paramref name="added"/> is null. The rows may be the same, but not overlap otherwise.</summary>
    public static void Store(float* from, float* added, float* to, int count)
    {
        if (added is null)
        {
            new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
            return;
        }
        int lanes = Vector<float>.Count;
        int i = 0;
        for (; i + lanes <= count; i += lanes)
        {
            (Vector.Load(added + i) + Vector.Load(from + i)).Store(to + i);
        }
        for (; i < count; i++)
        {
            to[i] = added[i] + from[i];
        }
    }

    /// <summary>Sum of a row.</summary>
    public static double Sum(float* from, long count)
    {
        // Vector sums of stretches short enough for single precision, then double precision.
        const int Stretch = 4096;
        double total = 0;
        int lanes = Vector<float>.Count;
        for (long start = 0; start < count; start += Stretch)
        {
            float* p = from + start;
            int n = (int)Math.Min(Stretch, count - start);
            Vector<float> s0 = Vector<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
            int i = 0;
            for (; i + (4 * lanes) <= n; i += 4 * lanes)
            {
                s0 += Vector.Load(p + i);
                s1 += Vector.Load(p + i + lanes);
                s2 += Vector.Load(p + i + (2 * lanes));
                s3 += Vector.Load(p + i + (3 * lanes));
            }
            total += Vector.Sum(s0 + s1 + (s2 + s3));
            for (; i < n; i++)
            {
                total += p[i];
            }
        }
        return total;
    }
}
