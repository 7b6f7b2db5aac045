using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Analysis;

/// <summary>Ways to spoil frames, on values in 0..1 before the one rounding.</summary>
internal static class Degradation
{
    private const int Side = ShapesWorld.Size;

    public static void Apply(Span<byte> rgb, Action<float[]> spoil)
    {
        float[] values = new float[rgb.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = rgb[i] / 255f;
        }
        spoil(values);
        for (int i = 0; i < values.Length; i++)
        {
            rgb[i] = (byte)(Math.Clamp(values[i], 0, 1) * 255 + 0.5f);
        }
    }

    public static Action<float[]> Noise(double sigma, SplitMix64 random) => p =>
    {
        for (int i = 0; i < p.Length; i += 2)
        {
            double radius = sigma * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            p[i] += (float)(radius * cos);
            p[i + 1] += (float)(radius * sin);
        }
    };

    public static Action<float[]> Gain(double gain) => p => Each(p, v => (float)(v * gain));

    public static Action<float[]> Brightness(double offset) => p => Each(p, v => (float)(v + offset));

    public static Action<float[]> Contrast(double gain) => p => Each(p, v => (float)(0.5 + (v - 0.5) * gain));

    public static Action<float[]> Saturation(double gain) => p =>
    {
        for (int i = 0; i < p.Length; i += 3)
        {
            float luma = 0.299f * p[i] + 0.587f * p[i + 1] + 0.114f * p[i + 2];
            for (int c = i; c < i + 3; c++)
            {
                p[c] = (float)(luma + gain * (p[c] - luma));
            }
        }
    };

    /// <summary>A Gaussian blur that wraps around.</summary>
    public static Action<float[]> Blur(double sigma) => p =>
    {
        if (sigma <= 0)
        {
            return;
        }
        int reach = (int)Math.Ceiling(4 * sigma);
        float[] kernel = [.. Enumerable.Range(-reach, 2 * reach + 1).Select(i => (float)Math.Exp(-i * i / (2 * sigma * sigma)))];
        float total = kernel.Sum();
        for (int i = 0; i < kernel.Length; i++)
        {
            kernel[i] /= total;
        }
        float[] across = new float[p.Length];
        for (int pass = 0; pass < 2; pass++)
        {
            (float[] from, float[] to) = pass == 0 ? (p, across) : (across, p);
            (int stepX, int stepY) = pass == 0 ? (1, 0) : (0, 1);
            Array.Clear(to);
            for (int k = -reach; k <= reach; k++)
            {
                for (int y = 0; y < Side; y++)
                {
                    for (int x = 0; x < Side; x++)
                    {
                        int source = (((y + k * stepY) & 63) * Side + ((x + k * stepX) & 63)) * 3;
                        int target = (y * Side + x) * 3;
                        to[target] += kernel[k + reach] * from[source];
                        to[target + 1] += kernel[k + reach] * from[source + 1];
                        to[target + 2] += kernel[k + reach] * from[source + 2];
                    }
                }
            }
        }
    };

    private static void Each(float[] values, Func<float, float> change)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = change(values[i]);
        }
    }
}
