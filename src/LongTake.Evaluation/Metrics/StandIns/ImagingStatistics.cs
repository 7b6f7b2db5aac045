using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Sharpness, noise, exposure and saturation of a picture. Keeps its buffer. Source: spec/metrics.md section 10.1, <c>si_imaging</c>.</summary>
internal sealed class ImagingStatistics
{
    private readonly int _height;
    private readonly int _width;
    private readonly float[] _luma;
    private readonly PixelStatistics _pixels;

    public ImagingStatistics(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 3);
        (_height, _width) = (height, width);
        _luma = new float[height * width];
        _pixels = new PixelStatistics(height * width);
    }

    /// <summary>Variance of the Laplacian of luma (0..1) over the inner pixels.</summary>
    public double Sharpness { get; private set; }

    /// <summary>Standard deviation of the noise in 0..1, estimated from a mask that answers neither to slopes nor to straight edges.</summary>
    public double Noise { get; private set; }

    /// <summary>Share of pixels all of whose channels are at most 2, or at least 253.</summary>
    public double Clipped { get; private set; }

    /// <summary>Mean of the largest minus the smallest channel, in 0..1.</summary>
    public double Chroma { get; private set; }

    public void Measure(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != 3 * _luma.Length)
        {
            throw new ArgumentException($"A picture of {_width}x{_height} is {3 * _luma.Length} bytes, this one {rgb.Length}.", nameof(rgb));
        }
        _pixels.Load(rgb);
        ReadOnlySpan<byte> largest = _pixels.Largest, smallest = _pixels.Smallest;
        ReadOnlySpan<int> luma = _pixels.Luma;
        int clipped = 0, at = 0;
        for (; at <= _luma.Length - Vector512<byte>.Count; at += Vector512<byte>.Count)
        {
            Vector512<byte> isClipped = Vector512.LessThanOrEqual(Vector512.Create(largest[at..]), Vector512.Create((byte)2))
                | Vector512.GreaterThanOrEqual(Vector512.Create(smallest[at..]), Vector512.Create((byte)253));
            clipped += BitOperations.PopCount(isClipped.ExtractMostSignificantBits());
            for (int i = at; i < at + Vector512<byte>.Count; i += Vector512<int>.Count)
            {
                (Vector512.ConvertToSingle(Vector512.Create(luma[i..])) * (1 / 255000f)).CopyTo(_luma, i);
            }
        }
        for (; at < _luma.Length; at++)
        {
            clipped += largest[at] <= 2 || smallest[at] >= 253 ? 1 : 0;
            _luma[at] = luma[at] * (1 / 255000f);
        }
        Chroma = _pixels.SpreadSum / (255.0 * _luma.Length);
        Clipped = (double)clipped / _luma.Length;
        Convolve();
    }

    private void Convolve()
    {
        // Always sums of eight, whatever the machine has, so that the rounding is the same.
        Vector512<double> sums = Vector512<double>.Zero, squares = sums, noises = sums;
        double sum = 0, square = 0, noise = 0;
        for (int y = 1; y < _height - 1; y++)
        {
            int at = (y * _width) + 1, end = ((y + 1) * _width) - 1;
            for (; at <= end - Vector256<float>.Count; at += Vector256<float>.Count)
            {
                Vector256<float> centre = At(at) * 4f, sides = At(at - 1) + At(at + 1) + At(at - _width) + At(at + _width);
                Vector256<float> corners = At(at - _width - 1) + At(at - _width + 1) + At(at + _width - 1) + At(at + _width + 1);
                Vector512<double> laplacian = Widen(sides - centre);
                sums += laplacian;
                squares += laplacian * laplacian;
                noises += Widen(Vector256.Abs(corners - (sides * 2f) + centre));
            }
            for (; at < end; at++)
            {
                float centre = _luma[at], sides = _luma[at - 1] + _luma[at + 1] + _luma[at - _width] + _luma[at + _width];
                float corners = _luma[at - _width - 1] + _luma[at - _width + 1] + _luma[at + _width - 1] + _luma[at + _width + 1];
                double laplacian = sides - (4 * centre);
                sum += laplacian;
                square += laplacian * laplacian;
                noise += Math.Abs(corners - (2 * sides) + (4 * centre));
            }
        }
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            (sum, square, noise) = (sum + sums[i], square + squares[i], noise + noises[i]);
        }
        int count = (_height - 2) * (_width - 2);
        Sharpness = Math.Max(0, square / count - sum / count * (sum / count));
        Noise = Math.Sqrt(Math.PI / 2) / 6 * noise / count;
    }

    private Vector256<float> At(int index) => Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_luma), (nuint)index);

    private static Vector512<double> Widen(Vector256<float> values)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(values);
        return Vector512.Create(low, high);
    }
}
