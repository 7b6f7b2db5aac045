using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Analysis;

/// <summary>How much two pictures differ.</summary>
internal static class FrameDifference
{
    /// <summary>Mean absolute difference of two pictures of the same size, in 0..1. Sums are exact, so the width of vectors does not matter.</summary>
    public static float Mean(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => (float)(Sum(a, b) / (255.0 * a.Length));

    /// <summary>Sum of the absolute differences, in 8-bit levels.</summary>
    public static double Sum(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        Vector128<ulong> sums = default;
        int whole = a.Length - a.Length % Vector128<byte>.Count;
        for (int i = 0; i < whole; i += Vector128<byte>.Count)
        {
            Vector128<byte> x = Vector128.Create(a.Slice(i, Vector128<byte>.Count));
            Vector128<byte> y = Vector128.Create(b.Slice(i, Vector128<byte>.Count));
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Max(x, y) - Vector128.Min(x, y));
            (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(low + high);
            (Vector128<ulong> first, Vector128<ulong> second) = Vector128.Widen(lower + upper);
            sums += first + second;
        }
        ulong sum = Vector128.Sum(sums);
        for (int i = whole; i < a.Length; i++)
        {
            sum += (ulong)Math.Abs(a[i] - b[i]);
        }
        return sum;
    }
}
