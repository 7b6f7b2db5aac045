namespace LongTake.Models.Vision;

/// <summary>
/// Along one axis, which source samples make up each output sample and with what weights. Source: spec metrics, section 1.2: output o lies
/// at (o + 0.5) * scale - 0.5 in the source, and taps beyond the edge take the edge.
/// </summary>
public sealed class SampledAxis
{
    // Of the two common bicubic kernels, the plain resize uses the first and the one with anti-aliasing the second.
    private const double PlainCubic = -0.75;
    private const double SmoothCubic = -0.5;

    private readonly int[] _indices;
    private readonly float[] _weights;
    private readonly int _taps;

    private SampledAxis(int length, int taps)
    {
        Length = length;
        _taps = taps;
        _indices = new int[length * taps];
        _weights = new float[length * taps];
    }

    /// <summary>Output samples.</summary>
    public int Length { get; }

    /// <summary>Source samples of an output sample.</summary>
    public ReadOnlySpan<int> Indices(int output) => _indices.AsSpan(output * _taps, _taps);

    /// <summary>Their weights.</summary>
    public ReadOnlySpan<float> Weights(int output) => _weights.AsSpan(output * _taps, _taps);

    /// <summary>Two taps; positions before the first sample's centre take the first sample.</summary>
    /// <param name="input">Source samples.</param>
    /// <param name="output">Output samples.</param>
    public static SampledAxis Bilinear(int input, int output)
    {
        SampledAxis axis = new(output, 2);
        for (int o = 0; o < output; o++)
        {
            double position = Math.Max(Position(o, (double)input / output), 0);
            int first = Math.Min((int)position, input - 1);
            axis.Set(o, 0, first, 1 - (position - first));
            axis.Set(o, 1, Math.Min(first + 1, input - 1), position - first);
        }
        return axis;
    }

    /// <summary>Four taps of cubic convolution with a = -0.75, without a filter against aliasing.</summary>
    /// <param name="input">Source samples.</param>
    /// <param name="output">Output samples.</param>
    /// <param name="scale">Source samples from one output sample to the next; null for input / output.</param>
    public static SampledAxis Bicubic(int input, int output, double? scale = null)
    {
        SampledAxis axis = new(output, 4);
        for (int o = 0; o < output; o++)
        {
            double position = Position(o, scale ?? ((double)input / output));
            int floor = (int)Math.Floor(position);
            for (int tap = 0; tap < 4; tap++)
            {
                int index = floor - 1 + tap;
                axis.Set(o, tap, Math.Clamp(index, 0, input - 1), Cubic(position - index, PlainCubic));
            }
        }
        return axis;
    }

    /// <summary>
    /// Cubic convolution with a = -0.5, widened by the reduction and normalised: what image libraries call bicubic with anti-aliasing. Taps
    /// beyond the edge are left out instead of repeated.
    /// </summary>
    /// <param name="input">Source samples.</param>
    /// <param name="output">Output samples.</param>
    public static SampledAxis SmoothBicubic(int input, int output)
    {
        double scale = (double)input / output;
        double width = Math.Max(scale, 1);
        double support = 2 * width;
        SampledAxis axis = new(output, Math.Min(input, (int)Math.Ceiling(2 * support) + 1));
        for (int o = 0; o < output; o++)
        {
            double centre = (o + 0.5) * scale;
            int start = Math.Max((int)(centre - support + 0.5), 0);
            int end = Math.Min((int)(centre + support + 0.5), input);
            double total = 0;
            for (int i = start; i < end; i++)
            {
                total += Cubic((i + 0.5 - centre) / width, SmoothCubic);
            }
            for (int tap = 0; tap < axis._taps; tap++)
            {
                int index = start + tap;
                axis.Set(o, tap, Math.Min(index, input - 1), index < end ? Cubic((index + 0.5 - centre) / width, SmoothCubic) / total : 0);
            }
        }
        return axis;
    }

    /// <summary>The part of the axis from an output sample on.</summary>
    /// <param name="start">First output sample.</param>
    /// <param name="length">Output samples.</param>
    public SampledAxis Crop(int start, int length)
    {
        SampledAxis part = new(length, _taps);
        Array.Copy(_indices, start * _taps, part._indices, 0, length * _taps);
        Array.Copy(_weights, start * _taps, part._weights, 0, length * _taps);
        return part;
    }

    /// <summary>The axis with output samples of nothing (weights 0) before and behind it.</summary>
    /// <param name="before">Samples before it.</param>
    /// <param name="length">Output samples altogether.</param>
    public SampledAxis Pad(int before, int length)
    {
        SampledAxis wide = new(length, _taps);
        // Weights are 0 there; the index is one that is looked at anyway.
        Array.Fill(wide._indices, _indices[0]);
        Array.Copy(_indices, 0, wide._indices, before * _taps, _indices.Length);
        Array.Copy(_weights, 0, wide._weights, before * _taps, _weights.Length);
        return wide;
    }

    /// <summary>Where output sample <paramref name="o"/> lies in the source.</summary>
    internal static double Position(int o, double scale) => ((o + 0.5) * scale) - 0.5;

    private static double Cubic(double x, double a)
    {
        x = Math.Abs(x);
        return x switch
        {
            <= 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            < 2 => ((((a * x) - (5 * a)) * x + (8 * a)) * x) - (4 * a),
            _ => 0,
        };
    }

    private void Set(int output, int tap, int index, double weight)
    {
        _indices[(output * _taps) + tap] = index;
        _weights[(output * _taps) + tap] = (float)weight;
    }
}
