using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace LongTake.Generation.Spectra;

/// <summary>Fourier transforms over time, rows and columns, axis by axis with MathNet.Numerics.</summary>
internal static class VolumeFourier
{
    // Lines are short and pieces of work already fill all threads; MathNet would start tasks of its own for each line.
    static VolumeFourier() => MathNet.Numerics.Control.UseSingleThread();

    /// <summary>Transforms the first frames x height x width values in place; there and back is the identity.</summary>
    public static void Transform(Complex[] volume, int frames, int height, int width, bool inverse)
    {
        Axis(volume, frames, height * width, 1, 0, height * width, inverse);
        Axis(volume, height, width, frames, height * width, width, inverse);
        Axis(volume, width, 1, frames * height, width, 1, inverse);
    }

    /// <summary>Lines of n values, a stride apart; they start at inner consecutive places of outer blocks.</summary>
    private static void Axis(Complex[] volume, int n, int inner, int outer, int outerStride, int stride, bool inverse)
    {
        if (n == 1)
        {
            return;
        }
        Complex[] line = new Complex[n];
        for (int o = 0; o < outer; o++)
        {
            for (int start = o * outerStride; start < (o * outerStride) + inner; start++)
            {
                for (int i = 0; i < n; i++)
                {
                    line[i] = volume[start + (i * stride)];
                }
                if (inverse)
                {
                    Fourier.Inverse(line, FourierOptions.Default);
                }
                else
                {
                    Fourier.Forward(line, FourierOptions.Default);
                }
                for (int i = 0; i < n; i++)
                {
                    volume[start + (i * stride)] = line[i];
                }
            }
        }
    }
}
