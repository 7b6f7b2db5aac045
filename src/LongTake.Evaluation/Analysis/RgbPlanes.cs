using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LongTake.Evaluation.Analysis;

/// <summary>Takes pictures apart into their channels: [H, W, 3] to three times [H, W].</summary>
internal static class RgbPlanes
{
    private const byte None = 255;

    // Where each of 16 values of a channel lies in the three vectors of 16 pixels; the order of the vectors is that of the bytes.
    private static readonly Vector128<byte>[][] s_places = [.. Enumerable.Range(0, 3).Select(channel => (Vector128<byte>[])
        [.. Enumerable.Range(0, 3).Select(part => Vector128.Create([.. Enumerable.Range(0, 16).Select(i => Place((3 * i) + channel - (16 * part)))]))])];

    // The same for the three vectors of 64 pixels, in two choices: among the first two vectors, then between what was chosen and the third.
    private static readonly (Vector512<byte> First, Vector512<byte> Then)[] s_choices = [.. Enumerable.Range(0, 3).Select(channel => (
        Vector512.Create([.. Enumerable.Range(0, 64).Select(i => (byte)Math.Min((3 * i) + channel, 127))]),
        Vector512.Create([.. Enumerable.Range(0, 64).Select(i => (byte)((3 * i) + channel is int at and >= 128 ? at - 64 : i))])))];

    /// <summary>Takes a picture apart.</summary>
    /// <param name="rgb">[N, 3] bytes.</param>
    /// <param name="red">Receives N values.</param>
    /// <param name="green">Receives N values.</param>
    /// <param name="blue">Receives N values.</param>
    public static void Split(ReadOnlySpan<byte> rgb, Span<byte> red, Span<byte> green, Span<byte> blue)
    {
        int done = Avx512Vbmi.IsSupported ? SplitBy64(rgb, red, green, blue) : 0;
        done += SplitBy16(rgb[(3 * done)..], red[done..], green[done..], blue[done..]);
        SplitOneByOne(rgb[(3 * done)..], red[done..], green[done..], blue[done..]);
    }

    /// <summary>Takes as many pixels as there are whole vectors of 64; for machines that permute bytes across them.</summary>
    /// <returns>How many.</returns>
    internal static int SplitBy64(ReadOnlySpan<byte> rgb, Span<byte> red, Span<byte> green, Span<byte> blue)
    {
        int count = Vector512<byte>.Count, i = 0;
        ((Vector512<byte> r0, Vector512<byte> r1), (Vector512<byte> g0, Vector512<byte> g1), (Vector512<byte> b0, Vector512<byte> b1)) =
            (s_choices[0], s_choices[1], s_choices[2]);
        for (; i <= red.Length - count; i += count)
        {
            ReadOnlySpan<byte> part = rgb.Slice(3 * i, 3 * count);
            Vector512<byte> x = Vector512.Create(part), y = Vector512.Create(part[count..]), z = Vector512.Create(part[(2 * count)..]);
            Avx512Vbmi.PermuteVar64x8x2(Avx512Vbmi.PermuteVar64x8x2(x, r0, y), r1, z).CopyTo(red[i..]);
            Avx512Vbmi.PermuteVar64x8x2(Avx512Vbmi.PermuteVar64x8x2(x, g0, y), g1, z).CopyTo(green[i..]);
            Avx512Vbmi.PermuteVar64x8x2(Avx512Vbmi.PermuteVar64x8x2(x, b0, y), b1, z).CopyTo(blue[i..]);
        }
        return i;
    }

    /// <summary>Takes as many pixels as there are whole vectors of 16.</summary>
    /// <returns>How many.</returns>
    internal static int SplitBy16(ReadOnlySpan<byte> rgb, Span<byte> red, Span<byte> green, Span<byte> blue)
    {
        int count = Vector128<byte>.Count, i = 0;
        Vector128<byte>[] reds = s_places[0], greens = s_places[1], blues = s_places[2];
        (Vector128<byte> r0, Vector128<byte> r1, Vector128<byte> r2) = (reds[0], reds[1], reds[2]);
        (Vector128<byte> g0, Vector128<byte> g1, Vector128<byte> g2) = (greens[0], greens[1], greens[2]);
        (Vector128<byte> b0, Vector128<byte> b1, Vector128<byte> b2) = (blues[0], blues[1], blues[2]);
        for (; i <= red.Length - count; i += count)
        {
            Vector128<byte> x = Vector128.Create(rgb[(3 * i)..]), y = Vector128.Create(rgb[((3 * i) + count)..]), z = Vector128.Create(rgb[((3 * i) + (2 * count))..]);
            (Vector128.Shuffle(x, r0) | Vector128.Shuffle(y, r1) | Vector128.Shuffle(z, r2)).CopyTo(red[i..]);
            (Vector128.Shuffle(x, g0) | Vector128.Shuffle(y, g1) | Vector128.Shuffle(z, g2)).CopyTo(green[i..]);
            (Vector128.Shuffle(x, b0) | Vector128.Shuffle(y, b1) | Vector128.Shuffle(z, b2)).CopyTo(blue[i..]);
        }
        return i;
    }

    /// <summary>The plain way.</summary>
    internal static void SplitOneByOne(ReadOnlySpan<byte> rgb, Span<byte> red, Span<byte> green, Span<byte> blue)
    {
        for (int i = 0; i < red.Length; i++)
        {
            (red[i], green[i], blue[i]) = (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
        }
    }

    // A place outside gives 0.
    private static byte Place(int at) => at is >= 0 and < 16 ? (byte)at : None;
}
