using System.Numerics;
using LongTake.Generation.Spectra;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Spectra;

public class SpectralBlendTests
{
    [Theory]
    [InlineData(1, 5, 4, 3, 2)]
    [InlineData(2, 6, 2, 4, 5)]
    [InlineData(1, 7, 3, 1, 70)]
    public void The_blend_is_that_of_the_definition(int batch, int frames, int height, int width, int channels)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        int tokens = frames * height * width;
        Tensor global = Normal([batch, tokens, channels], 1);
        Tensor local = Normal([batch, tokens, channels], 2);
        SpectralFilter filter = new(frames, height, width, 0.4, 0.7);
        double[] expected = new double[local.Count];
        for (int b = 0; b < batch; b++)
        {
            for (int c = 0; c < channels; c++)
            {
                int first = (b * tokens * channels) + c;
                Complex[] g = Dft(Channel(global, first), frames, height, width, -1);
                Complex[] l = Dft(Channel(local, first), frames, height, width, -1);
                double[] p = Published(frames, height, width, 0.4, 0.7);
                Complex[] mix = [.. g.Select((z, i) => (p[i] * z) + ((1 - p[i]) * l[i]))];
                Complex[] back = Dft(mix, frames, height, width, 1);
                for (int i = 0; i < tokens; i++)
                {
                    expected[first + (i * channels)] = back[i].Real / tokens;
                }
            }
        }
        Tensor reference = local.Clone();
        SpectralBlend.Apply(cpu, global, local, filter);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], local.Span[i], 2e-6);
        }
        SpectralBlend.Apply(null, global, reference, filter);
        Assert.Equal(local.Span, reference.Span);

        Complex[] Channel(Tensor x, int first) => [.. Enumerable.Range(0, tokens).Select(i => (Complex)x.Span[first + (i * channels)])];
    }

    /// <summary>Acceptance test 5 of fifo-and-sliding-window.md 13, in its exact form.</summary>
    [Fact]
    public void Limits_and_equal_branches_change_no_bit()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(1);
        Tensor global = Normal([1, 5 * 4, 2, 3], 1);
        Tensor local = Normal([1, 5 * 4, 2, 3], 2);
        float[] before = local.Span.ToArray();
        SpectralBlend.Apply(cpu, global, local, new SpectralFilter(5, 2, 2, 0, 0));
        Assert.Equal(before, local.Span);
        SpectralBlend.Apply(cpu, local.Clone(), local, new SpectralFilter(5, 2, 2, 0.25, 0.25));
        Assert.Equal(before, local.Span);
        SpectralBlend.Apply(cpu, global, local, new SpectralFilter(5, 2, 2, 1e30, 1e30));
        Assert.Equal(global.Span, local.Span);
        Assert.Contains("5 x 2 x 2", Assert.Throws<ArgumentException>(
            () => SpectralBlend.Apply(cpu, Normal([1, 19, 2, 3], 1), Normal([1, 19, 2, 3], 2), new SpectralFilter(5, 2, 2, 1, 1))).Message);
    }

    private static Tensor Normal(Shape shape, ulong stream)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(8, stream).FillNormal(t.Span);
        return t;
    }

    /// <summary>The gains as published, in the order of the transform, not made even.</summary>
    private static double[] Published(int frames, int height, int width, double temporal, double spatial)
    {
        double[] gains = new double[frames * height * width];
        for (int i = 0; i < gains.Length; i++)
        {
            double t = Square(i / (height * width), frames, temporal);
            double y = Square(i / width % height, height, spatial);
            double x = Square(i % width, width, spatial);
            gains[i] = Math.Exp(-0.5 * (t + y + x));
        }
        return gains;

        static double Square(int index, int n, double d) => n == 1 ? 0 : Math.Pow(((2.0 * ((index + (n / 2)) % n) / n) - 1) / d, 2);
    }

    private static Complex[] Dft(Complex[] x, int frames, int height, int width, int sign)
    {
        Complex[] y = new Complex[x.Length];
        for (int k = 0; k < x.Length; k++)
        {
            for (int i = 0; i < x.Length; i++)
            {
                double phase = (double)(k / (height * width)) * (i / (height * width)) / frames;
                phase += (double)(k / width % height) * (i / width % height) / height;
                phase += (double)(k % width) * (i % width) / width;
                y[k] += x[i] * Complex.FromPolarCoordinates(1, sign * 2 * Math.PI * phase);
            }
        }
        return y;
    }
}
