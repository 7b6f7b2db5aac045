namespace LongTake.Generation.Spectra;

/// <summary>
/// FreeLong's low-pass over time, height and width: exp(-((t/d_t)^2 + (y/d_s)^2 + (x/d_s)^2) / 2), with coordinates from -1 to 1 over the centred
/// spectrum. On axes of odd length the centre of the published coordinates lies half a step beside frequency 0. What is made of real values by a
/// filter and the real part of the result is what the even part of the filter makes of them, so that is what is kept here.
/// Source: fifo-and-sliding-window.md 5.
/// </summary>
public sealed class SpectralFilter
{
    private readonly double[] _gains;

    /// <summary>Computes the filter.</summary>
    /// <param name="frames">Latent frames.</param>
    /// <param name="height">Rows of tokens.</param>
    /// <param name="width">Columns of tokens.</param>
    /// <param name="temporal">Width d_t of the low-pass over time; 0 passes nothing, infinity everything.</param>
    /// <param name="spatial">Width d_s over rows and columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is negative or no number.</exception>
    public SpectralFilter(int frames, int height, int width, double temporal, double spatial)
    {
        CheckWidth(temporal, nameof(temporal));
        CheckWidth(spatial, nameof(spatial));
        Frames = frames;
        Height = height;
        Width = width;
        double[] t = Squares(frames, temporal);
        double[] y = Squares(height, spatial);
        double[] x = Squares(width, spatial);
        _gains = new double[checked(frames * height * width)];
        for (int i = 0; i < frames; i++)
        {
            for (int j = 0; j < height; j++)
            {
                for (int k = 0; k < width; k++)
                {
                    double gain = Math.Exp(-0.5 * (t[i] + y[j] + x[k]));
                    double mirrored = Math.Exp(-0.5 * (t[Mirror(i, frames)] + y[Mirror(j, height)] + x[Mirror(k, width)]));
                    _gains[(((i * height) + j) * width) + k] = 0.5 * (gain + mirrored);
                }
            }
        }
        PassesAll = Array.TrueForAll(_gains, g => g == 1);
        PassesNothing = Array.TrueForAll(_gains, g => g == 0);
    }

    /// <summary>Latent frames.</summary>
    public int Frames { get; }

    /// <summary>Rows of tokens.</summary>
    public int Height { get; }

    /// <summary>Columns of tokens.</summary>
    public int Width { get; }

    /// <summary>Gains [frames, height, width] in the order of a Fourier transform, frequency 0 first.</summary>
    public ReadOnlySpan<double> Gains => _gains;

    /// <summary>Whether every gain is 1.</summary>
    public bool PassesAll { get; }

    /// <summary>Whether every gain is 0.</summary>
    public bool PassesNothing { get; }

    /// <summary>(coordinate / width)^2 by index of the transform; along an axis of one entry there is but its mean.</summary>
    private static double[] Squares(int n, double width)
    {
        double[] squares = new double[n];
        for (int i = 0; i < n; i++)
        {
            double coordinate = n == 1 ? 0 : (2.0 * ((i + (n / 2)) % n) / n) - 1;
            squares[i] = width == 0 ? double.PositiveInfinity : coordinate * coordinate / (width * width);
        }
        return squares;
    }

    private static int Mirror(int index, int n) => (n - index) % n;

    private static void CheckWidth(double width, string name)
    {
        if (!(width >= 0))
        {
            throw new ArgumentOutOfRangeException(name, width, "The width of a low-pass is 0 or more.");
        }
    }
}
