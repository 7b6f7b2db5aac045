using System.Numerics;

namespace LongTake.Tensors.Kernels;

/// <summary>Short rows of floats.</summary>
internal static unsafe class RowKernels
{
    /// <summary>Copies a row, or adds it to what is there.</summary>
    public static void Store(float* from, float* to, int count, bool adds)
    {
        if (!adds)
        {
            new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
            return;
        }
        int lanes = Vector<float>.Count;
        int i = 0;
        for (; i + lanes <= count; i += lanes)
        {
            (Vector.Load(to + i) + Vector.Load(from + i)).Store(to + i);
        }
        for (; i < count; i++)
        {
            to[i] += from[i];
        }
    }

    /// <summary>Sum of a row, in an order that depends on its length alone (eight interleaved sums for every vector width).</summary>
    public static double Sum(float* from, long count)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        long i = 0;
        for (; i + 4 <= count; i += 4)
        {
            s0 += from[i];
            s1 += from[i + 1];
            s2 += from[i + 2];
            s3 += from[i + 3];
        }
        for (; i < count; i++)
        {
            s0 += from[i];
        }
        return s0 + s1 + (s2 + s3);
    }
}
