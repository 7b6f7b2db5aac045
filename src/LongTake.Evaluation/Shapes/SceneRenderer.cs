using System.Runtime.CompilerServices;

namespace LongTake.Evaluation.Shapes;

/// <summary>
/// Draws frames: background, subject, mark, then one rounding. In 8-bit units all values are multiples of 2^-15 below 2^8 at
/// scale 1, so the arithmetic in float is exact and ties are real ones; they round up. Source: spec/benchmarks.md section 4.1.
/// </summary>
public static class SceneRenderer
{
    /// <summary>Bytes of one RGB frame.</summary>
    public static int FrameBytes(int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        return ShapesWorld.Size * scale * ShapesWorld.Size * scale * 3;
    }

    /// <summary>Draws one frame.</summary>
    /// <param name="state">What it shows.</param>
    /// <param name="x">Centre of the subject in pixels at scale 1; wraps around.</param>
    /// <param name="y">Centre of the subject in pixels at scale 1; wraps around.</param>
    /// <param name="rgb">Receives [H, W, 3] bytes, H = W = 64 * scale.</param>
    /// <param name="scale">Size multiple: every length of the world times this.</param>
    /// <exception cref="ArgumentException">The buffer is not as long as a frame.</exception>
    [SkipLocalsInit]
    public static void Render(in SceneState state, double x, double y, Span<byte> rgb, int scale = 1)
    {
        if (rgb.Length != FrameBytes(scale))
        {
            throw new ArgumentException($"A frame at scale {scale} has {FrameBytes(scale)} bytes, the buffer {rgb.Length}.", nameof(rgb));
        }
        Background background = Background.Get(state.Texture, state.Palette, scale);
        background.Bytes.CopyTo(rgb);

        int side = SubjectMask.MaxSide(scale);
        Span<byte> hits = side <= 64 ? stackalloc byte[side * side] : new byte[side * side];
        double radius = ShapesWorld.Radii[state.Size] * scale;
        double centreX = ShapesWorld.Wrap(x) * scale;
        double centreY = ShapesWorld.Wrap(y) * scale;
        PixelBox box = SubjectMask.Rasterize(state.Shape, radius, centreX, centreY, hits);
        Rgb colour = ShapesWorld.Colours[state.Colour];
        if (state.Mark == 0)
        {
            Composite(background.Values, rgb, ShapesWorld.Size * scale, box, hits, colour, default, [], default);
            return;
        }
        Span<byte> markHits = side <= 64 ? stackalloc byte[side * side] : new byte[side * side];
        PixelBox markBox = SubjectMask.RasterizeMark(radius, centreX, centreY, markHits);
        Rgb mark = state.Mark == 1 ? new Rgb(255, 255, 255) : default;
        Composite(background.Values, rgb, ShapesWorld.Size * scale, box, hits, colour, markBox, markHits, mark);
    }

    /// <summary>A value in 8-bit units to a byte; halves go up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte Quantize(float value) => (byte)(value + 0.5f);

    private static void Composite(
        float[] background, Span<byte> rgb, int size,
        PixelBox box, ReadOnlySpan<byte> hits, Rgb colour,
        PixelBox markBox, ReadOnlySpan<byte> markHits, Rgb mark)
    {
        for (int row = 0; row < box.Height; row++)
        {
            int y = Fold(box.Top + row, size);
            for (int column = 0; column < box.Width; column++)
            {
                int covered = hits[row * box.Width + column];
                int marked = HitsAt(markBox, markHits, box.Left + column, box.Top + row);
                if ((covered | marked) == 0)
                {
                    continue;
                }
                int at = (y * size + Fold(box.Left + column, size)) * 3;
                float c = covered * (1f / SubjectMask.Samples);
                float m = marked * (1f / SubjectMask.Samples);
                rgb[at] = Quantize(Over(Over(background[at], colour.R, c), mark.R, m));
                rgb[at + 1] = Quantize(Over(Over(background[at + 1], colour.G, c), mark.G, m));
                rgb[at + 2] = Quantize(Over(Over(background[at + 2], colour.B, c), mark.B, m));
            }
        }
    }

    private static int HitsAt(PixelBox box, ReadOnlySpan<byte> hits, int x, int y)
    {
        int column = x - box.Left;
        int row = y - box.Top;
        return (uint)column < (uint)box.Width && (uint)row < (uint)box.Height ? hits[row * box.Width + column] : 0;
    }

    private static float Over(float below, float above, float coverage) => (1 - coverage) * below + coverage * above;

    private static int Fold(int pixel, int size) => pixel < 0 ? pixel + size : pixel >= size ? pixel - size : pixel;
}
