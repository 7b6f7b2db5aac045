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
        Vector128<int> lumas = Vector128<int>.Zero, spreads = Vector128<int>.Zero;
        for (int i = 0; i < pixels; i += Vector128<byte>.Count)
        {
            Vector128<byte> r = Vector128.Create(red[i..]), g = Vector128.Create(green[i..]), b = Vector128.Create(blue[i..]);
            Vector128<byte> largest = Vector128.Max(r, Vector128.Max(g, b)), smallest = Vector128.Min(r, Vector128.Min(g, b));
            largest.CopyTo(_largest, i);
            smallest.CopyTo(_smallest, i);
            (largest - smallest).CopyTo(_spread, i);
            (Vector128<ushort> s0, Vector128<ushort> s1) = Vector128.Widen(largest - smallest);
            (Vector128<uint> a0, Vector128<uint> a1) = Vector128.Widen(s0 + s1);
            spreads += (a0 + a1).AsInt32();
            (Vector128<ushort> r0, Vector128<ushort> r1) = Vector128.Widen(r);
            (Vector128<ushort> g0, Vector128<ushort> g1) = Vector128.Widen(g);
            (Vector128<ushort> b0, Vector128<ushort> b1) = Vector128.Widen(b);
            lumas += LumaOf(r0, g0, b0, i) + LumaOf(r1, g1, b1, i + 8);
            if (i % 4096 == 0)
            {
                // Before lanes overflow.
                (luma, spread) = (luma + Sum(lumas), spread + Sum(spreads));
                lumas = spreads = Vector128<int>.Zero;
            }
        }
        (LumaSum, SpreadSum) = (luma + Sum(lumas), spread + Sum(spreads));
    }

    private static int Padded(int pixels) => (pixels + Vector512<byte>.Count - 1) / Vector512<byte>.Count * Vector512<byte>.Count;

    private static long Sum(Vector128<int> lanes) => (long)lanes[0] + lanes[1] + lanes[2] + lanes[3];

    private Vector128<int> LumaOf(Vector128<ushort> red, Vector128<ushort> green, Vector128<ushort> blue, int at)
    {
        (Vector128<uint> r0, Vector128<uint> r1) = Vector128.Widen(red);
        (Vector128<uint> g0, Vector128<uint> g1) = Vector128.Widen(green);
        (Vector128<uint> b0, Vector128<uint> b1) = Vector128.Widen(blue);
        Vector128<int> low = ((r0 * 299) + (g0 * 587) + (b0 * 114)).AsInt32(), high = ((r1 * 299) + (g1 * 587) + (b1 * 114)).AsInt32();
        low.CopyTo(_luma, at);
        high.CopyTo(_luma, at + 4);
        return low + high;
    }
}
