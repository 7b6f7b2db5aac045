using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Shapes;

/// <summary>A box of pixels around the subject; it may reach over the canvas border, where it wraps around.</summary>
/// <param name="Left">First column, possibly negative.</param>
/// <param name="Top">First row, possibly negative.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelBox(int Left, int Top, int Width, int Height);

/// <summary>
/// Coverage of a shape by 4x4 supersampling: of the sample points at (i + .5)/4, (j + .5)/4 in each pixel, how many belong to
/// it. Analyser templates come from the same code, so that they equal the renderer's output.
/// </summary>
public static class SubjectMask
{
    /// <summary>Sample points per pixel; a mask value of this many is full coverage.</summary>
    public const int Samples = 16;

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
        // The farthest sample point of a pixel is 3/8 sqrt(2) from its centre.
        const double Reach = 0.5304;
        double outer = radius * TShape.OuterRadius;
        double none = outer + Reach;
        double full = Math.Max(0, radius * TShape.InnerRadius - Reach);
        int left = (int)Math.Floor(x - outer);
        int top = (int)Math.Floor(y - outer);
        PixelBox box = new(left, top, (int)Math.Floor(x + outer) - left + 1, (int)Math.Floor(y + outer) - top + 1);
        int at = 0;
        for (int row = 0; row < box.Height; row++)
        {
            double dy = top + row + 0.5 - y;
            for (int column = 0; column < box.Width; column++)
            {
                double dx = left + column + 0.5 - x;
                double squared = dx * dx + dy * dy;
                hits[at++] = squared > none * none ? (byte)0
                    : squared < full * full ? (byte)Samples
                    : CountHits<TShape>(dx, dy, radius);
            }
        }
        return box;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte CountHits<TShape>(double dx, double dy, double radius)
        where TShape : struct, IShapeTest
    {
        Vector256<double> x = Vector256.Create(dx) + Vector256.Create(-0.375, -0.125, 0.125, 0.375);
        int count = 0;
        for (int j = 0; j < 4; j++)
        {
            count += BitOperations.PopCount(TShape.Contains(x, dy + (j - 1.5) / 4, radius).ExtractMostSignificantBits());
        }
        return (byte)count;
    }
}
