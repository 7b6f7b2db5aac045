using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Lightness and spread of the channels of a picture, as whole numbers, so that the width of vectors does not matter. Keeps its buffers.
/// </summary>
/// <param name="pixels">Pixels N of a picture.</param>
internal sealed class PixelStatistics(int pixels)
{
    // Vectors may read and write behind the last pixel.
    private readonly byte[] _planes = new byte[3 * Padded(pixels)];
    private readonly byte[] _largest = new byte[Padded(pixels)];
    private readonly byte[] _smallest = new byte[Padded(pixels)];
    private readonly byte[] _spread = new byte[Padded(pixels)];
    private readonly int[] _luma = new int[Padded(pixels)];

    /// <summary>Red of every pixel.</summary>
    public ReadOnlySpan<byte> Red => _planes.AsSpan(0, pixels);

    /// <summary>Green of every pixel.</summary>
    public ReadOnlySpan<byte> Green => _planes.AsSpan(Padded(pixels), pixels);

    /// <summary>Blue of every pixel.</summary>
    public ReadOnlySpan<byte> Blue => _planes.AsSpan(2 * Padded(pixels), pixels);

    /// <summary>Largest channel of every pixel.</summary>
    public ReadOnlySpan<byte> Largest => _largest.AsSpan(0, pixels);

    /// <summary>Smallest channel of every pixel.</summary>
    public ReadOnlySpan<byte> Smallest => _smallest.AsSpan(0, pixels);

    /// <summary>Largest minus smallest channel of every pixel: its chroma.</summary>
    public ReadOnlySpan<byte> Spread => _spread.AsSpan(0, pixels);

    /// <summary>299 red + 587 green + 114 blue of every pixel: 255,000 is white.</summary>
    public ReadOnlySpan<int> Luma => _luma.AsSpan(0, pixels);

    /// <summary>Sum of <see cref="Luma"/>.</summary>
    public long LumaSum { get; private set; }

    /// <summary>Sum of <see cref="Spread"/>.</summary>
    public long SpreadSum { get; private set; }

    /// <summary>Takes a picture.</summary>
    /// <param name="rgb">[N, 3] bytes.</param>
    public void Load(ReadOnlySpan<byte> rgb)
    {
        int plane = Padded(pixels);
        Span<byte> red = _planes.AsSpan(0, plane), green = _planes.AsSpan(plane, plane), blue = _planes.AsSpan(2 * plane, plane);
        RgbPlanes.Split(rgb, red[..pixels], green[..pixels], blue[..pixels]);
        (long luma, long spread) = (0, 0);
        Vector512<uint> lumas = default, spreads = default;
        for (int i = 0; i < pixels; i += Vector512<byte>.Count)
        {
            Vector512<byte> r = Vector512.Create(red[i..]), g = Vector512.Create(green[i..]), b = Vector512.Create(blue[i..]);
            Vector512<byte> largest = Vector512.Max(r, Vector512.Max(g, b)), smallest = Vector512.Min(r, Vector512.Min(g, b));
            largest.CopyTo(_largest, i);
            smallest.CopyTo(_smallest, i);
            (largest - smallest).CopyTo(_spread, i);
            (Vector512<ushort> s0, Vector512<ushort> s1) = Vector512.Widen(largest - smallest);
            (Vector512<uint> a0, Vector512<uint> a1) = Vector512.Widen(s0 + s1);
            spreads += a0 + a1;
            (Vector512<ushort> r0, Vector512<ushort> r1) = Vector512.Widen(r);
            (Vector512<ushort> g0, Vector512<ushort> g1) = Vector512.Widen(g);
            (Vector512<ushort> b0, Vector512<ushort> b1) = Vector512.Widen(b);
            lumas += LumaOf(r0, g0, b0, i) + LumaOf(r1, g1, b1, i + Vector512<ushort>.Count);
            if (i % 65536 == 0)
            {
                // Before lanes overflow.
                (luma, spread) = (luma + Sum(lumas), spread + Sum(spreads));
                lumas = spreads = default;
            }
        }
        (LumaSum, SpreadSum) = (luma + Sum(lumas), spread + Sum(spreads));
    }

    private static int Padded(int pixels) => (pixels + Vector512<byte>.Count - 1) / Vector512<byte>.Count * Vector512<byte>.Count;

    private static long Sum(Vector512<uint> lanes)
    {
        (Vector512<ulong> low, Vector512<ulong> high) = Vector512.Widen(lanes);
        return (long)Vector512.Sum(low + high);
    }

    /// <summary>
    /// 299 r + 587 g + 114 b as 256 (r + 2 g) + (43 r + 75 g + 114 b): both brackets fit 16 bits, in which products are cheap.
    /// </summary>
    private Vector512<uint> LumaOf(Vector512<ushort> red, Vector512<ushort> green, Vector512<ushort> blue, int at)
    {
        (Vector512<uint> c0, Vector512<uint> c1) = Vector512.Widen(red + green + green);
        (Vector512<uint> f0, Vector512<uint> f1) = Vector512.Widen((red * 43) + (green * 75) + (blue * 114));
        Vector512<uint> low = (c0 << 8) + f0, high = (c1 << 8) + f1;
        low.AsInt32().CopyTo(_luma, at);
        high.AsInt32().CopyTo(_luma, at + Vector512<uint>.Count);
        return low + high;
    }
}
