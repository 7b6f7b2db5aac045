using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Reads texture, palette and tone off the pixels outside the subject. Source: spec/benchmarks.md section 4.7, steps 3 to 5.
/// </summary>
internal sealed class BackgroundFit
{
    private const int Pixels = ShapesWorld.Size * ShapesWorld.Size;

    private readonly MaskedSums _sums = new(Pixels);
    private readonly PlaneSums[] _planes = new PlaneSums[8];
    private double _count;

    /// <summary>Gain of the tone: measured colour = gain * template + offset.</summary>
    public double ToneGain { get; private set; }

    /// <summary>Offset of the tone, in 0..1.</summary>
    public double ToneOffset { get; private set; }

    /// <summary>Gain of the palette, by which white is scaled.</summary>
    public double PaletteGain { get; private set; }

    /// <summary>Fits the pixels of a mask.</summary>
    /// <param name="luma">[64, 64] in 0..1.</param>
    /// <param name="red">[64, 64] in 0..1, as are the others.</param>
    /// <param name="green">See red.</param>
    /// <param name="blue">See red.</param>
    /// <param name="outside">The pixels to use; at least one.</param>
    /// <param name="reading">Receives texture, palette, correlations and palette errors.</param>
    public void Fit(float[] luma, float[] red, float[] green, float[] blue, TorusMask outside, ref FrameReading reading)
    {
        _sums.Choose(outside.Rows);
        _count = outside.Count;
        float[][] templates = TextureTemplates.Planes;
        _sums.Of(templates[0], templates[1], templates[2], templates[3], luma, _planes);
        _sums.Of(templates[4], templates[5], luma, luma, luma, _planes.AsSpan(4));
        (double lumaSum, double lumaSquares, _) = _planes[6];
        double lumaVariance = lumaSquares - lumaSum * lumaSum / _count;
        int best = 0;
        for (int texture = 0; texture < 6; texture++)
        {
            (double sum, double squares, double product) = _planes[texture];
            double covariance = product - sum * lumaSum / _count;
            double scale = (squares - sum * sum / _count) * lumaVariance;
            reading.MutableCorrelations[texture] = scale > 1e-12 ? (float)(-covariance / Math.Sqrt(scale)) : 0;
            best = reading.TextureCorrelations[texture] > reading.TextureCorrelations[best] ? texture : best;
        }
        reading.Texture = best;
        FitPalette(best, red, green, blue, ref reading);
    }

    private void FitPalette(int texture, float[] red, float[] green, float[] blue, ref FrameReading reading)
    {
        (double sum, double squares, _) = _planes[texture];
        double variance = squares - sum * sum / _count;
        double mean = sum / _count + TextureTemplates.Centre;
        Span<double> colours = stackalloc double[6];
        Span<double> sums = stackalloc double[3];
        Span<double> products = stackalloc double[3];
        _sums.With(TextureTemplates.Planes[texture], red, green, blue, sums, products);
        for (int channel = 0; channel < 3; channel++)
        {
            double slope = variance > 1e-9 ? (products[channel] - sum * sums[channel] / _count) / variance : 0;
            colours[channel] = sums[channel] / _count - slope * mean;
            colours[3 + channel] = colours[channel] + slope;
        }
        Span<double> palette = stackalloc double[6];
        int best = 0;
        for (int k = 0; k < 6; k++)
        {
            Colours(k, palette);
            (double error, double gain) = Distance(colours, palette);
            reading.MutablePaletteErrors[k] = (float)error;
            if (k == 0 || error < reading.PaletteErrors[best])
            {
                best = k;
                PaletteGain = gain;
            }
        }
        reading.Palette = best;
        FitTone(best, sum, squares, sums, products);
    }

    /// <summary>Least squares of the pixels, all channels pooled, on the chosen background.</summary>
    private void FitTone(int palette, double sum, double squares, ReadOnlySpan<double> sums, ReadOnlySpan<double> products)
    {
        Span<double> colours = stackalloc double[6];
        Colours(palette, colours);
        double t = 0, tt = 0, p = 0, tp = 0;
        for (int channel = 0; channel < 3; channel++)
        {
            // The template is a + d (c' + 1/2) with the centred weight c'.
            double d = colours[3 + channel] - colours[channel];
            double a = colours[channel] + d * TextureTemplates.Centre;
            t += _count * a + d * sum;
            tt += _count * a * a + 2 * a * d * sum + d * d * squares;
            p += sums[channel];
            tp += a * sums[channel] + d * products[channel];
        }
        double pooled = 3 * _count;
        double variance = tt - t * t / pooled;
        ToneGain = variance > 1e-9 ? (tp - t * p / pooled) / variance : 1;
        ToneOffset = (p - ToneGain * t) / pooled;
    }

    private static (double Error, double Gain) Distance(ReadOnlySpan<double> measured, ReadOnlySpan<double> palette)
    {
        double vu = 0, uu = 0;
        for (int i = 0; i < 6; i++)
        {
            vu += measured[i] * palette[i];
            uu += palette[i] * palette[i];
        }
        double gain = Math.Clamp(vu / uu, 0.5, 1.6);
        double square = 0;
        for (int i = 0; i < 6; i++)
        {
            double difference = measured[i] - gain * palette[i];
            square += difference * difference;
        }
        return (Math.Sqrt(square / 6) + 0.05 * Math.Abs(Math.Log(gain)), gain);
    }

    private static void Colours(int palette, Span<double> six)
    {
        (Rgb a, Rgb b) = ShapesWorld.Palettes[palette];
        (six[0], six[1], six[2]) = (a.R / 255.0, a.G / 255.0, a.B / 255.0);
        (six[3], six[4], six[5]) = (b.R / 255.0, b.G / 255.0, b.B / 255.0);
    }
}
