using System.Numerics;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Reads colour, place, shape, size and mark of the subject, once it is separated from the background.
/// Source: spec/benchmarks.md section 4.7, steps 6 to 10.
/// </summary>
internal sealed class SubjectFit
{
    // A drawn mask differs from its shape's area by less than this.
    private const double AreaSlack = 1.05;

    private const int Side = ShapesWorld.Size;
    private const int FewestColourPixels = 4;

    private readonly float[] _alpha = new float[Side * Side];
    private readonly int[] _histogram = new int[256];
    private readonly byte[] _hits = new byte[SubjectMask.MaxSide(1) * SubjectMask.MaxSide(1)];
    private readonly byte[] _markHits = new byte[SubjectMask.MaxSide(1) * SubjectMask.MaxSide(1)];
    private readonly double[] _cosines = [.. Enumerable.Range(0, Side).Select(i => Math.Cos(2 * Math.PI * (i + 0.5) / Side))];
    private readonly double[] _sines = [.. Enumerable.Range(0, Side).Select(i => Math.Sin(2 * Math.PI * (i + 0.5) / Side))];
    private readonly double[] _hues = [.. ShapesWorld.Colours.Select(c => c.HueDegrees)];
    private readonly TorusMask _core = new();
    private readonly TorusMask _solid = new();
    private readonly TorusMask _inside = new();

    /// <summary>Reads the subject.</summary>
    /// <param name="rgb">[64, 64, 3] bytes.</param>
    /// <param name="component">Its coloured pixels.</param>
    /// <param name="filled">The same with holes filled.</param>
    /// <param name="outside">The background's pixels.</param>
    /// <param name="background">What the background is.</param>
    /// <param name="reading">Receives the subject's part; the background's is read.</param>
    public void Fit(
        ReadOnlySpan<byte> rgb, TorusMask component, TorusMask filled, TorusMask outside, BackgroundFit background, ref FrameReading reading)
    {
        Vector3 colour = Colour(rgb, component, ref reading);
        FindSolid(component, filled);
        _inside.CopyFrom(outside);
        _inside.Invert();
        Backdrop behind = Backdrop.Of(reading, background);
        Alpha(rgb, colour, behind, ref reading);
        Centre(ref reading);
        Shape(ref reading);
        Mark(rgb, colour, behind, background.PaletteGain, ref reading);
    }

    private static Vector3 Colour(ReadOnlySpan<byte> rgb, int pixel) =>
        new Vector3(rgb[3 * pixel], rgb[3 * pixel + 1], rgb[3 * pixel + 2]) * (1 / 255f);

    /// <summary>Step 6: median colour away from the edge.</summary>
    private Vector3 Colour(ReadOnlySpan<byte> rgb, TorusMask component, ref FrameReading reading)
    {
        _core.CopyFrom(component);
        _core.Erode();
        if (_core.Count < FewestColourPixels)
        {
            _core.CopyFrom(component);
        }
        Vector3 colour = new(Median(rgb, 0), Median(rgb, 1), Median(rgb, 2));
        double hue = Math.Atan2(Math.Sqrt(3) / 2 * (colour.Y - colour.Z), colour.X - (colour.Y + colour.Z) / 2.0) * 180 / Math.PI;
        reading.Hue = (float)(hue < 0 ? hue + 360 : hue);
        reading.SubjectChroma =
            Math.Max(colour.X, Math.Max(colour.Y, colour.Z)) - Math.Min(colour.X, Math.Min(colour.Y, colour.Z));
        reading.Colour = 0;
        for (int i = 1; i < _hues.Length; i++)
        {
            if (FrameScores.HueDistance(reading.Hue, _hues[i]) < FrameScores.HueDistance(reading.Hue, _hues[reading.Colour]))
            {
                reading.Colour = i;
            }
        }
        return colour;
    }

    private float Median(ReadOnlySpan<byte> rgb, int channel)
    {
        Array.Clear(_histogram);
        int count = 0;
        for (int y = 0; y < Side; y++)
        {
            for (ulong row = _core.Rows[y]; row != 0; row &= row - 1)
            {
                _histogram[rgb[3 * (y * Side + BitOperations.TrailingZeroCount(row)) + channel]]++;
                count++;
            }
        }
        return (AtRank((count - 1) / 2) + AtRank(count / 2)) * (0.5f / 255);
    }

    private int AtRank(int rank)
    {
        int value = 0;
        for (int seen = _histogram[0]; seen <= rank; seen += _histogram[value])
        {
            value++;
        }
        return value;
    }

    /// <summary>Holes and their rims inside the subject: a mark must not punch a hole into it.</summary>
    private void FindSolid(TorusMask component, TorusMask filled)
    {
        _core.CopyFrom(filled);
        _core.Remove(component);
        _solid.CopyFrom(_core);
        _solid.Dilate();
        _inside.CopyFrom(filled);
        _inside.Erode();
        _solid.Intersect(_inside);
        for (int y = 0; y < Side; y++)
        {
            _solid.Rows[y] |= _core.Rows[y];
        }
    }

    /// <summary>Step 7: how much of each pixel is subject.</summary>
    private void Alpha(ReadOnlySpan<byte> rgb, Vector3 colour, in Backdrop backdrop, ref FrameReading reading)
    {
        Array.Clear(_alpha);
        double area = 0;
        for (int y = 0; y < Side; y++)
        {
            for (ulong row = _inside.Rows[y]; row != 0; row &= row - 1)
            {
                int x = BitOperations.TrailingZeroCount(row);
                int pixel = y * Side + x;
                float alpha = 1;
                if (!_solid.Contains(x, y))
                {
                    Vector3 behind = backdrop.At(pixel);
                    Vector3 span = colour - behind;
                    float length = Math.Max(span.LengthSquared(), 1e-6f);
                    alpha = Math.Clamp(Vector3.Dot(Colour(rgb, pixel) - behind, span) / length, 0, 1);
                }
                _alpha[pixel] = alpha;
                area += alpha;
            }
        }
        reading.Area = (float)area;
    }

    /// <summary>Step 8: circular mean on both axes, then the mean of the offsets from there.</summary>
    private void Centre(ref FrameReading reading)
    {
        double cosX = 0, sinX = 0, cosY = 0, sinY = 0;
        for (int y = 0; y < Side; y++)
        {
            for (ulong row = _inside.Rows[y]; row != 0; row &= row - 1)
            {
                int x = BitOperations.TrailingZeroCount(row);
                double alpha = _alpha[y * Side + x];
                cosX += alpha * _cosines[x];
                sinX += alpha * _sines[x];
                cosY += alpha * _cosines[y];
                sinY += alpha * _sines[y];
            }
        }
        double centreX = Math.Atan2(sinX, cosX) * Side / (2 * Math.PI);
        double centreY = Math.Atan2(sinY, cosY) * Side / (2 * Math.PI);
        double offsetX = 0, offsetY = 0;
        for (int y = 0; y < Side; y++)
        {
            double dy = TorusDistance.Offset(centreY, y + 0.5);
            for (ulong row = _inside.Rows[y]; row != 0; row &= row - 1)
            {
                int x = BitOperations.TrailingZeroCount(row);
                double alpha = _alpha[y * Side + x];
                offsetX += alpha * TorusDistance.Offset(centreX, x + 0.5);
                offsetY += alpha * dy;
            }
        }
        double area = Math.Max(reading.Area, 1e-6);
        reading.X = ShapesWorld.Wrap(centreX + offsetX / area);
        reading.Y = ShapesWorld.Wrap(centreY + offsetY / area);
    }

    /// <summary>
    /// Step 9: soft intersection over union with the twelve masks that the renderer would draw at that centre. Two areas overlap at most in the
    /// smaller: of a shape's two sizes the one with the likelier area is drawn first, and the other not if it cannot be better.
    /// </summary>
    private void Shape(ref FrameReading reading)
    {
        int best = 0;
        for (int shape = 0; shape < FrameReading.TemplateCount / 2; shape++)
        {
            int first = Bound(shape, 0, reading.Area) > Bound(shape, 1, reading.Area) ? 0 : 1;
            float overlap = Overlap(shape, ShapesWorld.Radii[first], reading);
            reading.MutableOverlaps[2 * shape + first] = overlap;
            reading.MutableOverlaps[2 * shape + 1 - first] =
                Bound(shape, 1 - first, reading.Area) < overlap ? 0 : Overlap(shape, ShapesWorld.Radii[1 - first], reading);
            for (int i = 2 * shape; i < 2 * shape + 2; i++)
            {
                best = reading.ShapeOverlaps[i] > reading.ShapeOverlaps[best] ? i : best;
            }
        }
        (reading.Shape, reading.Size) = (best / 2, best % 2);
    }

    /// <summary>No overlap with that mask is larger.</summary>
    private static double Bound(int shape, int size, double area)
    {
        double mask = ShapesWorld.AreaFactors[shape] * ShapesWorld.Radii[size] * ShapesWorld.Radii[size];
        return Math.Min(mask, area) / Math.Max(mask, area) * AreaSlack;
    }

    private float Overlap(int shape, double radius, in FrameReading reading)
    {
        PixelBox box = SubjectMask.Rasterize(shape, radius, reading.X, reading.Y, _hits);
        float common = 0;
        int mask = 0;
        for (int row = 0; row < box.Height; row++)
        {
            int line = (box.Top + row & (Side - 1)) * Side;
            for (int column = 0; column < box.Width; column++)
            {
                int hits = _hits[row * box.Width + column];
                mask += hits;
                common += Math.Min(_alpha[line + (box.Left + column & (Side - 1))], hits * (1f / SubjectMask.Samples));
            }
        }
        return common / Math.Max(reading.Area + mask * (1f / SubjectMask.Samples) - common, 1e-6f);
    }

    /// <summary>Step 10: the middle of the subject with no dot, a white and a black one.</summary>
    private void Mark(ReadOnlySpan<byte> rgb, Vector3 colour, in Backdrop backdrop, double gain, ref FrameReading reading)
    {
        double radius = ShapesWorld.Radii[reading.Size];
        PixelBox box = SubjectMask.Rasterize(reading.Shape, radius, reading.X, reading.Y, _hits);
        PixelBox dot = SubjectMask.RasterizeMark(radius, reading.X, reading.Y, _markHits);
        Vector3 white = new((float)Math.Clamp(gain, 0, 1));
        float without = 0, withWhite = 0, withBlack = 0;
        for (int row = 0; row < box.Height; row++)
        {
            for (int column = 0; column < box.Width; column++)
            {
                double dx = box.Left + column + 0.5 - reading.X;
                double dy = box.Top + row + 0.5 - reading.Y;
                if (dx * dx + dy * dy > radius * radius / 4)
                {
                    continue;
                }
                int pixel = (box.Top + row & (Side - 1)) * Side + (box.Left + column & (Side - 1));
                float cover = _hits[row * box.Width + column] * (1f / SubjectMask.Samples);
                Vector3 plain = Vector3.Lerp(backdrop.At(pixel), colour, cover);
                int dotRow = box.Top + row - dot.Top, dotColumn = box.Left + column - dot.Left;
                bool marked = (uint)dotRow < (uint)dot.Height && (uint)dotColumn < (uint)dot.Width;
                float dotCover = marked ? _markHits[dotRow * dot.Width + dotColumn] * (1f / SubjectMask.Samples) : 0;
                Vector3 seen = Colour(rgb, pixel);
                without += Difference(seen, plain);
                withWhite += Difference(seen, Vector3.Lerp(plain, white, dotCover));
                withBlack += Difference(seen, Vector3.Lerp(plain, default, dotCover));
            }
        }
        reading.Mark = without <= withWhite && without <= withBlack ? 0 : withWhite <= withBlack ? 1 : 2;
    }

    private static float Difference(Vector3 a, Vector3 b)
    {
        Vector3 d = Vector3.Abs(a - b);
        return d.X + d.Y + d.Z;
    }
}
