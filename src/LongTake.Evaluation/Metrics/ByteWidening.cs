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
        int i = 0, quarter = Vector512<float>.Count;
        for (; i <= bytes.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            Span<float> to = values.Slice(i, Vector512<byte>.Count);
            (Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) = Widen(Vector512.Create(bytes[i..]));
            a.CopyTo(to);
            b.CopyTo(to[quarter..]);
            c.CopyTo(to[(2 * quarter)..]);
            d.CopyTo(to[(3 * quarter)..]);
        }
        for (; i < bytes.Length; i++)
        {
            values[i] = bytes[i];
        }
    }

    /// <summary>Widens and multiplies.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="scale">What each is multiplied by.</param>
    /// <param name="values">Receives as many numbers.</param>
    public static void ToFloats(ReadOnlySpan<byte> bytes, float scale, Span<float> values)
    {
        int i = 0, quarter = Vector512<float>.Count;
        for (; i <= bytes.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            Span<float> to = values.Slice(i, Vector512<byte>.Count);
            (Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) = Widen(Vector512.Create(bytes[i..]));
            (a * scale).CopyTo(to);
            (b * scale).CopyTo(to[quarter..]);
            (c * scale).CopyTo(to[(2 * quarter)..]);
            (d * scale).CopyTo(to[(3 * quarter)..]);
        }
        for (; i < bytes.Length; i++)
        {
            values[i] = bytes[i] * scale;
        }
    }

    private static (Vector512<float> A, Vector512<float> B, Vector512<float> C, Vector512<float> D) Widen(Vector512<byte> bytes)
    {
        (Vector512<ushort> low, Vector512<ushort> high) = Vector512.Widen(bytes);
        (Vector512<uint> a, Vector512<uint> b) = Vector512.Widen(low);
        (Vector512<uint> c, Vector512<uint> d) = Vector512.Widen(high);
        return (Vector512.ConvertToSingle(a.AsInt32()), Vector512.ConvertToSingle(b.AsInt32()),
            Vector512.ConvertToSingle(c.AsInt32()), Vector512.ConvertToSingle(d.AsInt32()));
    }
}
