using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Metrics;

/// <summary>Bytes as single-precision numbers; exact, so that the width of vectors does not matter.</summary>
internal static class ByteWidening
{
    /// <summary>Widens.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="values">Receives as many numbers.</param>
    public static void ToFloats(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        int i = 0, quarter = Vector128<float>.Count;
        for (; i <= bytes.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(bytes[i..]));
            (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(low);
            (Vector128<uint> c, Vector128<uint> d) = Vector128.Widen(high);
            Vector128.ConvertToSingle(a.AsInt32()).CopyTo(values[i..]);
            Vector128.ConvertToSingle(b.AsInt32()).CopyTo(values[(i + quarter)..]);
            Vector128.ConvertToSingle(c.AsInt32()).CopyTo(values[(i + 2 * quarter)..]);
            Vector128.ConvertToSingle(d.AsInt32()).CopyTo(values[(i + 3 * quarter)..]);
        }
        for (; i < bytes.Length; i++)
        {
            values[i] = bytes[i];
        }
    }
}
