using System.Numerics;
using System.Runtime.Intrinsics;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Measures what a frame of the Shapes world shows: the subject's shape, colour, size, mark and place, the background's texture and
/// palette, and how close the picture is to a perfect one. Keeps its buffers: reading a frame allocates nothing. Not for several
/// threads at once; <see cref="VideoAnalyser"/> has one per thread. Source: spec/benchmarks.md section 4.7.
/// </summary>
public sealed class FrameAnalyser
{
    private const int Side = ShapesWorld.Size;
    private const int Pixels = Side * Side;

    // A subject's area in pixels: the largest is 35 % of the canvas.
    private const int SmallestArea = 24;
    private const int LargestArea = 1433;
    private const int SmallestDuplicate = 12;
    private const float LeastOverlap = 0.5f;

    // Too few pixels to tell a background by: 3 % of the canvas.
    private const int FewestOutside = 128;

    private readonly float[] _red = new float[Pixels];
    private readonly float[] _green = new float[Pixels];
    private readonly float[] _blue = new float[Pixels];
    private readonly float[] _luma = new float[Pixels];
    private readonly PixelStatistics _shown = new(Pixels);
    private readonly PixelStatistics _described = new(Pixels);
    private readonly byte[] _ideal = new byte[Pixels * 3];
    private readonly TorusMask _coloured = new();
    private readonly TorusMask _component = new();
    private readonly TorusMask _subject = new();
    private readonly TorusMask _filled = new();
    private readonly TorusMask _outside = new();
    private readonly BackgroundFit _background = new();
    private readonly SubjectFit _fit = new();

    /// <summary>[64, 64, 3] bytes: the picture that the last reading describes, as the world would draw it.</summary>
    internal ReadOnlySpan<byte> Ideal => _ideal;

    /// <summary>Reads one frame.</summary>
    /// <param name="rgb">[64, 64, 3] bytes.</param>
    /// <returns>What it shows.</returns>
    /// <exception cref="ArgumentException">The frame has another size.</exception>
    public FrameReading Read(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != Pixels * 3)
        {
            throw new ArgumentException(
                $"A frame of the Shapes world has {Pixels * 3} bytes ([64, 64, 3]), this one {rgb.Length}; analyse videos at scale 1.",
                nameof(rgb));
        }
        FrameReading reading = new() { Shape = -1, Size = -1, Colour = -1, Mark = -1 };
        Load(rgb, ref reading);
        int area = FindSubject(out int others);
        bool plausible = area is >= SmallestArea and <= LargestArea;
        FindOutside(plausible);
        _background.Fit(_luma, _red, _green, _blue, _outside, ref reading);
        if (plausible)
        {
            reading.Duplicates = (float)others / area;
            _fit.Fit(rgb, _subject, _filled, _outside, _background, ref reading);
            reading.IsPresent = reading.ShapeOverlaps[2 * reading.Shape + reading.Size] >= LeastOverlap;
        }
        Compare(rgb, ref reading);
        return reading;
    }

    private void Load(ReadOnlySpan<byte> rgb, ref FrameReading reading)
    {
        _shown.Load(rgb);
        ByteWidening.ToFloats(_shown.Red, 1 / 255f, _red);
        ByteWidening.ToFloats(_shown.Green, 1 / 255f, _green);
        ByteWidening.ToFloats(_shown.Blue, 1 / 255f, _blue);
        ReadOnlySpan<int> luma = _shown.Luma;
        for (int i = 0; i < Pixels; i += Vector<int>.Count)
        {
            ((Vector.ConvertToSingle(new Vector<int>(luma[i..])) * (1 / 255000f)) - new Vector<float>(0.5f)).CopyTo(_luma, i);
        }
        reading.Luma = (float)(_shown.LumaSum / (1000.0 * Pixels));
        reading.Chroma = (float)((double)_shown.SpreadSum / Pixels);
    }

    /// <summary>Step 1: the largest component whose chroma is above a threshold that follows the picture's saturation.</summary>
    private int FindSubject(out int others)
    {
        double threshold = Math.Clamp(0.5 * HighChroma(), 0.18 * 255, 0.30 * 255);
        _coloured.Clear();
        for (int y = 0; y < Side; y++)
        {
            // Whole levels: above the threshold is above its whole part.
            ReadOnlySpan<byte> row = _shown.Spread.Slice(y * Side, Side);
            _coloured.Rows[y] = Vector512.GreaterThan(Vector512.Create(row), Vector512.Create((byte)threshold)).ExtractMostSignificantBits();
        }
        int largest = 0;
        others = 0;
        _subject.Clear();
        while (_coloured.TakeComponent(_component, diagonal: true) is int area and > 0)
        {
            if (area > largest)
            {
                others += largest >= SmallestDuplicate ? largest : 0;
                largest = area;
                _subject.CopyFrom(_component);
            }
            else
            {
                others += area >= SmallestDuplicate ? area : 0;
            }
        }
        return largest;
    }

    /// <summary>The 99.5th percentile of the chroma in 8-bit levels, interpolated between neighbours in order.</summary>
    private double HighChroma()
    {
        const double Place = 0.995 * (Pixels - 1);
        int below = (int)Place;
        (byte low, byte high) = ByteRanks.At(_shown.Spread, below);
        return low + (Place - below) * (high - low);
    }

    /// <summary>Step 2: the subject with its holes filled, and everything that is at least two pixels away from it.</summary>
    private void FindOutside(bool plausible)
    {
        _outside.Clear();
        if (!plausible)
        {
            // Without a subject the whole canvas is background; specks of colour do not matter.
            _filled.Clear();
            _outside.Invert();
            return;
        }
        _coloured.CopyFrom(_subject);
        _coloured.Invert();
        int largest = 0;
        while (_coloured.TakeComponent(_component, diagonal: false) is int area and > 0)
        {
            if (area > largest)
            {
                largest = area;
                _outside.CopyFrom(_component);
            }
        }
        _filled.CopyFrom(_outside);
        _filled.Invert();
        _outside.CopyFrom(_filled);
        _outside.Dilate();
        _outside.Dilate();
        _outside.Invert();
        if (_outside.Count < FewestOutside)
        {
            // A web of colour over the whole picture, as noise makes it: no subject, and everything is background.
            _outside.Clear();
            _outside.Invert();
        }
    }

    /// <summary>Step 11: the picture against its own description.</summary>
    private void Compare(ReadOnlySpan<byte> rgb, ref FrameReading reading)
    {
        Resynthesis.Render(reading, _ideal);
        _described.Load(_ideal);
        Vector512<uint> squares = default;
        for (int at = 0; at < _ideal.Length; at += Vector512<byte>.Count)
        {
            Vector512<byte> a = Vector512.Create(_ideal.AsSpan(at)), b = Vector512.Create(rgb[at..]);
            (Vector512<ushort> low, Vector512<ushort> high) = Vector512.Widen(Vector512.Max(a, b) - Vector512.Min(a, b));
            (Vector512<uint> l0, Vector512<uint> l1) = Vector512.Widen(low * low);
            (Vector512<uint> h0, Vector512<uint> h1) = Vector512.Widen(high * high);
            squares += l0 + l1 + h0 + h1;
        }
        double mean = Math.Max((double)Vector512.Sum(squares) / _ideal.Length / (255 * 255), 1e-10);
        reading.Psnr = (float)(-10 * Math.Log10(mean));
        reading.IdealLuma = (float)(_described.LumaSum / (1000.0 * Pixels));
        reading.IdealChroma = (float)((double)_described.SpreadSum / Pixels);
    }
}
