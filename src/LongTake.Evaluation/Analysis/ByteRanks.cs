using System.Numerics;
using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Analysis;

/// <summary>Values by their place in order, without sorting and without a histogram, whose counters would wait for each other.</summary>
internal static class ByteRanks
{
    /// <summary>Finds a value and the one after it in ascending order.</summary>
    /// <param name="values">The values.</param>
    /// <param name="rank">Place of the first, from 0; not the last place.</param>
    public static (byte Value, byte Next) At(ReadOnlySpan<byte> values, int rank)
    {
        // Bit by bit, from the highest: a bit is set where not more than so many values lie below.
        int value = 0;
        for (int bit = 128; bit > 0; bit >>= 1)
        {
            value |= CountBelow(values, (byte)(value | bit)) <= rank ? bit : 0;
        }
        bool again = value == 255 || CountBelow(values, (byte)(value + 1)) > rank + 1;
        return ((byte)value, again ? (byte)value : LeastAbove(values, (byte)value));
    }

    private static int CountBelow(ReadOnlySpan<byte> values, byte limit)
    {
        int count = 0, i = 0;
        Vector512<byte> limits = Vector512.Create(limit);
        for (; i <= values.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            count += BitOperations.PopCount(Vector512.LessThan(Vector512.Create(values[i..]), limits).ExtractMostSignificantBits());
        }
        for (; i < values.Length; i++)
        {
            count += values[i] < limit ? 1 : 0;
        }
        return count;
    }

    private static byte LeastAbove(ReadOnlySpan<byte> values, byte limit)
    {
        byte least = byte.MaxValue;
        int i = 0;
        Vector512<byte> limits = Vector512.Create(limit), leasts = Vector512<byte>.AllBitsSet;
        for (; i <= values.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            Vector512<byte> some = Vector512.Create(values[i..]);
            leasts = Vector512.Min(leasts, Vector512.ConditionalSelect(Vector512.GreaterThan(some, limits), some, Vector512<byte>.AllBitsSet));
        }
        for (int lane = 0; lane < Vector512<byte>.Count; lane++)
        {
            least = Math.Min(least, leasts[lane]);
        }
        for (; i < values.Length; i++)
        {
            least = values[i] > limit ? Math.Min(least, values[i]) : least;
        }
        return least;
    }
}
