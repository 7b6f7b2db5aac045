namespace LongTake.Evaluation.Shapes;

/// <summary>A box of pixels around the subject; it may reach over the canvas border, where it wraps around.</summary>
/// <param name="Left">First column, possibly negative.</param>
/// <param name="Top">First row, possibly negative.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelBox(int Left, int Top, int Width, int Height);

/// <summary>
/// Coverage of a shape by 4x4 supersampling: of the sample points at (i + .5)/4, (j + .5)/4 in each pixel, how many belong to
/// it. Analyser templates come from the same code, so that they equal the renderer's output. Only the points at the ends of what a
/// row covers are asked whether they belong to it.
/// </summary>
public static class SubjectMask
{
    /// <summary>Sample points per pixel; a mask value of this many is full coverage.</summary>
    public const int Samples = 16;

    private const int PixelsAtOnce = 16;

    /// <summary>Largest side of a box at a scale, for reserving memory.</summary>
    public static int MaxSide(int scale) => (int)Math.Ceiling(2 * 1.2 * 11 * scale) + 3;

    /// <summary>Counts covered sample points of a shape.</summary>
    /// <param name="shape">Shape index 0..5.</param>
    /// <param name="radius">Size radius in pixels.</param>
    /// <param name="x">Centre in pixels.</param>
    /// <param name="y">Centre in pixels.</param>
    /// <param name="hits">Receives [Height, Width] counts 0..16 of the returned box.</param>
    /// <returns>The box, not wrapped.</returns>
    public static PixelBox Rasterize(int shape, double radius, double x, double y, Span<byte> hits) => shape switch
    {
        0 => Rasterize<CircleTest>(radius, x, y, hits),
        1 => Rasterize<SquareTest>(radius, x, y, hits),
        2 => Rasterize<TriangleTest>(radius, x, y, hits),
        3 => Rasterize<DiamondTest>(radius, x, y, hits),
        4 => Rasterize<CrossTest>(radius, x, y, hits),
        5 => Rasterize<StarTest>(radius, x, y, hits),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "There is no such shape."),
    };

    /// <summary>Counts covered sample points of a mark's disc.</summary>
    /// <param name="radius">Size radius of the subject in pixels (not of the disc).</param>
    /// <param name="x">Centre in pixels.</param>
    /// <param name="y">Centre in pixels.</param>
    /// <param name="hits">Receives [Height, Width] counts 0..16 of the returned box.</param>
    public static PixelBox RasterizeMark(double radius, double x, double y, Span<byte> hits) =>
        Rasterize<CircleTest>(radius * ShapesWorld.MarkRadius / CircleTest.OuterRadius, x, y, hits);

    private static PixelBox Rasterize<TShape>(double radius, double x, double y, Span<byte> hits)
        where TShape : struct, IShapeTest
    {
        PixelBox box = BoxOf<TShape>(radius, x, y);
        SampleRow<TShape> line = new(box.Left, x, radius);
        int last = 4 * box.Width - 1;
        for (int row = 0; row < box.Height; row++)
        {
            double dy = box.Top + row + 0.5 - y;
            CoveredSamples row0 = line.Covered(dy - 0.375, last), row1 = line.Covered(dy - 0.125, last);
            CoveredSamples row2 = line.Covered(dy + 0.125, last), row3 = line.Covered(dy + 0.375, last);
            Span<byte> counts = hits.Slice(row * box.Width, box.Width);
            for (int first = 0; first < counts.Length; first += PixelsAtOnce)
            {
                // Four samples of a pixel are four bits of a word; of its four rows there are up to sixteen, which fit bytes.
                (ulong even0, ulong odd0) = CountNibbles(row0.Bits(4 * first));
                (ulong even1, ulong odd1) = CountNibbles(row1.Bits(4 * first));
                (ulong even2, ulong odd2) = CountNibbles(row2.Bits(4 * first));
                (ulong even3, ulong odd3) = CountNibbles(row3.Bits(4 * first));
                ulong even = even0 + even1 + even2 + even3, odd = odd0 + odd1 + odd2 + odd3;
                Span<byte> part = counts[first..];
                for (int i = 0; i < Math.Min(PixelsAtOnce, part.Length); i++)
                {
                    part[i] = (byte)(((i & 1) == 0 ? even : odd) >> (8 * (i >> 1)));
                }
            }
        }
        return box;
    }

    /// <summary>The plain way: every sample point is asked.</summary>
    internal static PixelBox RasterizeOneByOne<TShape>(double radius, double x, double y, Span<byte> hits)
        where TShape : struct, IShapeTest
    {
        PixelBox box = BoxOf<TShape>(radius, x, y);
        for (int i = 0; i < box.Width * box.Height; i++)
        {
            double dx = box.Left + i % box.Width + 0.5 - x, dy = box.Top + i / box.Width + 0.5 - y;
            hits[i] = 0;
            for (int k = 0; k < Samples; k++)
            {
                hits[i] += TShape.Contains(dx + (k % 4 - 1.5) / 4, dy + (k / 4 - 1.5) / 4, radius) ? (byte)1 : (byte)0;
            }
        }
        return box;
    }

    private static PixelBox BoxOf<TShape>(double radius, double x, double y)
        where TShape : struct, IShapeTest
    {
        double outer = radius * TShape.OuterRadius;
        int left = (int)Math.Floor(x - outer);
        int top = (int)Math.Floor(y - outer);
        return new PixelBox(left, top, (int)Math.Floor(x + outer) - left + 1, (int)Math.Floor(y + outer) - top + 1);
    }

    /// <summary>How many bits of each nibble are set: those of even nibbles, and those of odd ones, a byte each.</summary>
    private static (ulong Even, ulong Odd) CountNibbles(ulong bits)
    {
        bits -= (bits >> 1) & 0x5555555555555555;
        bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333);
        return (bits & 0x0F0F0F0F0F0F0F0F, (bits >> 4) & 0x0F0F0F0F0F0F0F0F);
    }
}
