using System.Numerics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>The median over time of every value of a video: the smallest that half of the frames do not exceed.</summary>
internal static class TemporalMedian
{
    // Counts have to fit the bytes of a vector.
    private const int MostAtOnce = 255;

    /// <summary>Finds them bit by bit, from the highest: at each, how many frames lie below decides.</summary>
    /// <param name="frames">[T, N] bytes.</param>
    /// <param name="count">Frames T, at least 1.</param>
    /// <returns>[N].</returns>
    public static byte[] Of(ReadOnlySpan<byte> frames, int count)
    {
        int length = frames.Length / count, lanes = Vector<byte>.Count, i = 0;
        byte[] median = new byte[length];
        for (; count <= MostAtOnce && i <= length - lanes; i += lanes)
        {
            Vector<byte> value = Vector<byte>.Zero, half = new((byte)((count + 1) / 2));
            for (int bit = 128; bit > 0; bit >>= 1)
            {
                Vector<byte> candidate = value | new Vector<byte>((byte)bit), below = Vector<byte>.Zero;
                for (int t = 0; t < count; t++)
                {
                    // A comparison that holds is 255, or -1.
                    below -= Vector.LessThan(new Vector<byte>(frames[((t * length) + i)..]), candidate);
                }
                value = Vector.ConditionalSelect(Vector.LessThan(below, half), candidate, value);
            }
            value.CopyTo(median, i);
        }
        for (; i < length; i++)
        {
            median[i] = Scalar(frames, length, count, i);
        }
        return median;
    }

    /// <summary>The same for one value, from a histogram.</summary>
    internal static byte Scalar(ReadOnlySpan<byte> frames, int length, int count, int index)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        for (int t = 0; t < count; t++)
        {
            counts[frames[(t * length) + index]]++;
        }
        int value = 0;
        for (int seen = counts[0]; 2 * seen < count; seen += counts[value])
        {
            value++;
        }
        return (byte)value;
    }
}
