using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Analysis;

/// <summary>How much two pictures differ.</summary>
internal static class FrameDifference
{
    // Lanes of 16 bits hold as many sums of two differences.
    private const int MostAtOnce = ushort.MaxValue / (2 * byte.MaxValue);

    /// <summary>Mean absolute difference of two pictures of the same size, in 0..1. Sums are exact, so the width of vectors does not matter.</summary>
    public static float Mean(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => (float)(Sum(a, b) / (255.0 * a.Length));

    /// <summary>Sum of the absolute differences, in 8-bit levels.</summary>
    public static double Sum(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        ulong sum = 0;
        int lanes = Vector512<byte>.Count, i = 0;
        while (i <= a.Length - lanes)
        {
            Vector512<ushort> sums = default;
            for (int k = 0; k < MostAtOnce && i <= a.Length - lanes; k++, i += lanes)
            {
                Vector512<byte> x = Vector512.Create(a[i..]), y = Vector512.Create(b[i..]);
                (Vector512<ushort> low, Vector512<ushort> high) = Vector512.Widen(Vector512.Max(x, y) - Vector512.Min(x, y));
                sums += low + high;
            }
            (Vector512<uint> lower, Vector512<uint> upper) = Vector512.Widen(sums);
            sum += Vector512.Sum(lower + upper);
        }
        return sum + Scalar(a[i..], b[i..]);
    }

    /// <summary>The same, one by one.</summary>
    internal static ulong Scalar(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        ulong sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (ulong)Math.Abs(a[i] - b[i]);
        }
        return sum;
    }
}
