using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// What a description needs of every pixel of a picture: direction and strength of the edge, hue and chroma, lightness. Each lane does what a scalar
/// computation does, so that the width of vectors does not matter. Keeps its buffers.
/// </summary>
/// <param name="height">Height H.</param>
/// <param name="width">Width W.</param>
/// <param name="directions">Parts of the half circle of directions without sign.</param>
/// <param name="hues">Parts of the circle of hues; even.</param>
/// <param name="lightnesses">Equal parts of the range of lightness.</param>
internal sealed class PixelFeatures(int height, int width, int directions, int hues, int lightnesses)
{
    private static readonly float s_halfRoot3 = (float)(Math.Sqrt(3) / 2);

    private readonly int _pixels = height * width;
    private readonly Sectors _directionSectors = new(2 * directions);
    private readonly Sectors _hueSectors = new(hues);
    private readonly float[] _red = new float[Padded(height * width)];
    private readonly float[] _green = new float[Padded(height * width)];
    private readonly float[] _blue = new float[Padded(height * width)];
    private readonly float[] _luma = new float[Padded(height * width) + width];
    private readonly float[] _strength = new float[Padded(height * width)];
    private readonly float[] _chroma = new float[Padded(height * width)];
    private readonly int[] _direction = new int[Padded(height * width)];
    private readonly int[] _hue = new int[Padded(height * width)];
    private readonly int[] _lightness = new int[Padded(height * width)];

    /// <summary>[H, W] lengths of the gradient of luma, in 8-bit levels over two pixels; not defined at the border.</summary>
    public ReadOnlySpan<float> Strength => _strength.AsSpan(0, _pixels);

    /// <summary>[H, W] directions of the gradient without sign; not defined at the border.</summary>
    public ReadOnlySpan<int> Direction => _direction.AsSpan(0, _pixels);

    /// <summary>[H, W] hues.</summary>
    public ReadOnlySpan<int> Hue => _hue.AsSpan(0, _pixels);

    /// <summary>[H, W] largest minus smallest channel.</summary>
    public ReadOnlySpan<float> Chroma => _chroma.AsSpan(0, _pixels);

    /// <summary>[H, W] part of the range that luma falls into.</summary>
    public ReadOnlySpan<int> Lightness => _lightness.AsSpan(0, _pixels);

    /// <summary>Reads a picture.</summary>
    /// <param name="planes">[3, H, W] bytes, RGB.</param>
    public void Load(ReadOnlySpan<byte> planes)
    {
        ByteWidening.ToFloats(planes[.._pixels], _red);
        ByteWidening.ToFloats(planes.Slice(_pixels, _pixels), _green);
        ByteWidening.ToFloats(planes.Slice(2 * _pixels, _pixels), _blue);
        int lanes = Vector512<float>.Count;
        for (int i = 0; i < _pixels; i += lanes)
        {
            Colour(i);
        }
        for (int i = width; i < _pixels - width; i += lanes)
        {
            Edge(i);
        }
    }

    private static int Padded(int pixels) => pixels + (2 * Vector512<float>.Count);

    private static Vector512<float> At(float[] values, int index) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)index);

    private void Colour(int i)
    {
        Vector512<float> r = At(_red, i), g = At(_green, i), b = At(_blue, i);
        Vector512<float> luma = (Vector512.Create(0.299f) * r) + (Vector512.Create(0.587f) * g) + (Vector512.Create(0.114f) * b);
        luma.CopyTo(_luma, i);
        Vector512<int> part = Vector512.ConvertToInt32(luma * Vector512.Create((float)lightnesses) / Vector512.Create(256f));
        Vector512.Min(part, Vector512.Create(lightnesses - 1)).CopyTo(_lightness, i);
        (Vector512.Max(r, Vector512.Max(g, b)) - Vector512.Min(r, Vector512.Min(g, b))).CopyTo(_chroma, i);
        _hueSectors.Of(r - ((g + b) / Vector512.Create(2f)), Vector512.Create(s_halfRoot3) * (g - b)).CopyTo(_hue, i);
    }

    private void Edge(int i)
    {
        Vector512<float> dx = At(_luma, i + 1) - At(_luma, i - 1), dy = At(_luma, i + width) - At(_luma, i - width);
        Vector512.Sqrt((dx * dx) + (dy * dy)).CopyTo(_strength, i);
        Vector512<int> sector = _directionSectors.Of(dx, dy), half = Vector512.Create(directions);
        (sector - Vector512.BitwiseAnd(half, Vector512.GreaterThanOrEqual(sector, half))).CopyTo(_direction, i);
    }
}
