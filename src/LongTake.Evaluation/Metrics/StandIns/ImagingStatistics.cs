namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Sharpness, noise, exposure and saturation of a picture. Keeps its buffer. Source: spec/metrics.md section 10.1, <c>si_imaging</c>.</summary>
internal sealed class ImagingStatistics
{
    private readonly int _height;
    private readonly int _width;
    private readonly float[] _luma;

    public ImagingStatistics(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 3);
        (_height, _width) = (height, width);
        _luma = new float[height * width];
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
        int clipped = 0;
        long chroma = 0;
        for (int i = 0; i < _luma.Length; i++)
        {
            int r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
            int largest = Math.Max(r, Math.Max(g, b)), smallest = Math.Min(r, Math.Min(g, b));
            chroma += largest - smallest;
            clipped += largest <= 2 || smallest >= 253 ? 1 : 0;
            _luma[i] = (299 * r + 587 * g + 114 * b) * (1 / 255000f);
        }
        Chroma = chroma / (255.0 * _luma.Length);
        Clipped = (double)clipped / _luma.Length;
        Convolve();
    }

    private void Convolve()
    {
        double sum = 0, squares = 0, noise = 0;
        for (int y = 1; y < _height - 1; y++)
        {
            for (int x = 1; x < _width - 1; x++)
            {
                int at = y * _width + x;
                float centre = _luma[at], sides = _luma[at - 1] + _luma[at + 1] + _luma[at - _width] + _luma[at + _width];
                float corners = _luma[at - _width - 1] + _luma[at - _width + 1] + _luma[at + _width - 1] + _luma[at + _width + 1];
                double laplacian = sides - 4 * centre;
                sum += laplacian;
                squares += laplacian * laplacian;
                noise += Math.Abs(corners - 2 * sides + 4 * centre);
            }
        }
        int count = (_height - 2) * (_width - 2);
        Sharpness = Math.Max(0, squares / count - sum / count * (sum / count));
        Noise = Math.Sqrt(Math.PI / 2) / 6 * noise / count;
    }
}
