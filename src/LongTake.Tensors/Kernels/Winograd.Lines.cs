using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LongTake.Tensors.Kernels;

// Whole lines with one zero beside each end. Neighbours come from the vector itself and the ones next to it rather than from shifted loads,
// so that no pair is left to scalar code; several short lines share a vector. The values are those of the other functions, bit for bit.
internal static unsafe partial class Winograd
{
    private const int Lanes = 16;

    /// <summary>Whether <see cref="SplitLines"/> takes lines of <paramref name="size"/> values and <paramref name="count"/> pairs from <paramref name="start"/>.</summary>
    public static bool TakesLines(int size, int start, int count) =>
        Avx512F.IsSupported && start == -1 && size == 2 * count && (count % Lanes == 0 || Lanes % count == 0);

    /// <summary>
    /// <see cref="SplitRow"/> for lines [rows][2 * count] one after the other, written to rows of <paramref name="count"/> one after the other.
    /// Returns how many were taken: of short ones as many as fill whole vectors.
    /// </summary>
    public static int SplitLines(float* lines, int count, float* to, long stride, int rows)
    {
        if (count % Lanes == 0)
        {
            for (int r = 0; r < rows; r++, lines += 2 * count, to += count)
            {
                SplitLine(lines, count, to, stride);
            }
            return rows;
        }
        int together = Lanes / count;
        Vector512<int> place = Vector512<int>.Indices & Vector512.Create(count - 1);
        Vector512<float> notFirst = (~Vector512.Equals(place, Vector512<int>.Zero)).AsSingle();
        Vector512<float> notLast = (~Vector512.Equals(place, Vector512.Create(count - 1))).AsSingle();
        int r0 = 0;
        for (; r0 + together <= rows; r0 += together, lines += 2 * Lanes, to += Lanes)
        {
            (Vector512<float> even, Vector512<float> odd) = Pairs512(lines);
            Vector512<float> d0 = Before(odd, odd) & notFirst;
            Vector512<float> d3 = After(even, even) & notLast;
            StoreComponents(d0, even, odd, d3, to, stride);
        }
        return r0;
    }

    /// <summary>Whether <see cref="SplitDoubledLine"/> takes a line of <paramref name="size"/> stored pixels and as many pairs.</summary>
    public static bool TakesDoubledLine(int size, int start, int count) =>
        Avx512F.IsSupported && start == -1 && size == count && (count % Lanes == 0 || count == Lanes / 2);

    /// <summary><see cref="SplitDoubledRow"/> for a whole line.</summary>
    public static void SplitDoubledLine(float* line, int count, float* to, long stride)
    {
        if (count == Lanes / 2)
        {
            Vector256<float> all = Vector256.Load(line);
            Vector256<float> left = Vector256.Shuffle(all, Vector256.Create(0, 0, 1, 2, 3, 4, 5, 6)).WithElement(0, 0f);
            Vector256<float> right = Vector256.Shuffle(all, Vector256.Create(1, 2, 3, 4, 5, 6, 7, 7)).WithElement(7, 0f);
            (left - all).Store(to);
            (all + all).Store(to + stride);
            Vector256<float>.Zero.Store(to + (2 * stride));
            (all - right).Store(to + (3 * stride));
            return;
        }
        Vector512<float> before = Vector512<float>.Zero, middle = Vector512.Load(line);
        for (int i = 0; i < count; i += Lanes, to += Lanes)
        {
            Vector512<float> after = i + Lanes < count ? Vector512.Load(line + i + Lanes) : Vector512<float>.Zero;
            (Before(middle, before) - middle).Store(to);
            (middle + middle).Store(to + stride);
            Vector512<float>.Zero.Store(to + (2 * stride));
            (middle - After(middle, after)).Store(to + (3 * stride));
            (before, middle) = (middle, after);
        }
    }

    private static void SplitLine(float* line, int count, float* to, long stride)
    {
        Vector512<float> before = Vector512<float>.Zero;
        (Vector512<float> even, Vector512<float> odd) = Pairs512(line);
        for (int i = 0; i < count; i += Lanes, to += Lanes)
        {
            (Vector512<float> nextEven, Vector512<float> nextOdd) =
                i + Lanes < count ? Pairs512(line + (2 * (i + Lanes))) : (Vector512<float>.Zero, Vector512<float>.Zero);
            StoreComponents(Before(odd, before), even, odd, After(even, nextEven), to, stride);
            (before, even, odd) = (odd, nextEven, nextOdd);
        }
    }

    private static void StoreComponents(
        Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, float* to, long stride)
    {
        (d0 - d2).Store(to);
        (d1 + d2).Store(to + stride);
        (d2 - d1).Store(to + (2 * stride));
        (d1 - d3).Store(to + (3 * stride));
    }

    /// <summary>The values one place before those of <paramref name="v"/>, which follow <paramref name="before"/>.</summary>
    private static Vector512<float> Before(Vector512<float> v, Vector512<float> before) =>
        Avx512F.AlignRight32(v.AsInt32(), before.AsInt32(), Lanes - 1).AsSingle();

    /// <summary>The values one place after those of <paramref name="v"/>, which <paramref name="after"/> follow.</summary>
    private static Vector512<float> After(Vector512<float> v, Vector512<float> after) =>
        Avx512F.AlignRight32(after.AsInt32(), v.AsInt32(), 1).AsSingle();
}
