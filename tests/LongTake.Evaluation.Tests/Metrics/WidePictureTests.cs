using System.Runtime.Intrinsics.X86;
using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Repetition;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>What takes many pixels at a time, against the plain way.</summary>
public class WidePictureTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(64)]
    [InlineData(333)]
    public void Channels_are_those_of_each_pixel(int pixels)
    {
        byte[] rgb = Noise(3 * pixels), expected = new byte[3 * pixels];
        RgbPlanes.SplitOneByOne(rgb, expected.AsSpan(0, pixels), expected.AsSpan(pixels, pixels), expected.AsSpan(2 * pixels));
        for (int i = 0; i < rgb.Length; i++)
        {
            Assert.Equal(rgb[i], expected[(i % 3 * pixels) + (i / 3)]);
        }
        CheckPart((rgb, r, g, b) =>
        {
            RgbPlanes.Split(rgb, r, g, b);
            return pixels;
        });
        CheckPart(RgbPlanes.SplitBy16);
        if (Avx512Vbmi.IsSupported)
        {
            CheckPart(RgbPlanes.SplitBy64);
        }

        void CheckPart(SplitPart split)
        {
            byte[] planes = new byte[3 * pixels];
            int done = split(rgb, planes.AsSpan(0, pixels), planes.AsSpan(pixels, pixels), planes.AsSpan(2 * pixels));
            Assert.InRange(done, pixels - 63, pixels);
            for (int i = 0; i < done; i++)
            {
                Assert.Equal(
                    (expected[i], expected[pixels + i], expected[(2 * pixels) + i]), (planes[i], planes[pixels + i], planes[(2 * pixels) + i]));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64 * 129)]
    [InlineData(12288)]
    [InlineData(40001)]
    public void Differences_and_floats_are_those_of_each_value(int length)
    {
        byte[] a = Noise(length), b = [.. a.Reverse()], white = new byte[length];
        Array.Fill(white, (byte)255);
        Assert.Equal(FrameDifference.Scalar(a, b), FrameDifference.Sum(a, b));
        Assert.Equal(255.0 * length, FrameDifference.Sum(white, new byte[length]));
        float[] floats = new float[length];
        ByteWidening.ToFloats(a, floats);
        Assert.Equal(a.Select(v => (float)v), floats);
        ByteWidening.ToFloats(a, 1 / 255f, floats);
        Assert.Equal(a.Select(v => v * (1 / 255f)), floats);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(64, 64)]
    [InlineData(10, 38)]
    [InlineData(48, 84)]
    public void Halved_pictures_are_those_of_each_value(int height, int width)
    {
        byte[] frame = Noise(3 * height * width);
        float[] small = new float[frame.Length / 4], expected = new float[small.Length];
        PictureHalving halving = new(height, width);
        halving.HalveOneByOne(frame, expected);
        Assert.Equal((frame[1] + frame[4] + frame[(3 * width) + 1] + frame[(3 * width) + 4]) / 4f, expected[1]);
        halving.Halve(frame, small);
        Assert.Equal(expected, small);
        Array.Clear(small);
        new AreaResizer(height, width, height / 2, width / 2).Resize(frame, small);
        Assert.Equal(expected, small);
    }

    [Fact]
    public void Small_frames_are_kept_as_whole_steps()
    {
        float[] levels = [.. Enumerable.Range(0, SmallFrame.Length).Select(i => i % 1021 / LaggedDistances.Steps)];
        levels[5] = 17.3f;
        short[] kept = new short[levels.Length];
        LaggedDistances.Keep(levels, kept);
        Assert.Equal(levels.Select(v => (short)(LaggedDistances.Steps * v + 0.5f)), kept);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(1000)]
    public void Values_by_rank_are_those_in_order(int count)
    {
        foreach (int most in (int[])[256, 3, 1])
        {
            byte[] values = [.. Noise(count).Select(v => (byte)(most == 256 ? v : most == 1 ? 255 : v % most))], sorted = [.. values.Order()];
            for (int rank = 0; rank < count - 1; rank += Math.Max(1, count / 97))
            {
                Assert.Equal((sorted[rank], sorted[rank + 1]), ByteRanks.At(values, rank));
            }
            Assert.Equal((sorted[^2], sorted[^1]), ByteRanks.At(values, count - 2));
        }
    }

    [Fact]
    public void Masked_sums_are_those_of_the_chosen_pixels()
    {
        const int Pixels = 256;
        float[][] planes = [.. Enumerable.Range(0, 5).Select(seed => Noise(Pixels, seed).Select(v => v / 255f).ToArray())];
        ulong[] words = [0, ulong.MaxValue, 0x8000_0000_0000_0001, 0xF0F0_1234_5678_9ABC];
        MaskedSums sums = new(Pixels);
        sums.Choose(words);
        PlaneSums[] four = new PlaneSums[4];
        sums.Of(planes[0], planes[1], planes[2], planes[3], planes[4], four);
        double[] three = new double[3], products = new double[3];
        sums.With(planes[4], planes[0], planes[1], planes[2], three, products);
        for (int p = 0; p < 4; p++)
        {
            (double sum, double squares, double product) = (0, 0, 0);
            for (int i = 0; i < Pixels; i++)
            {
                double value = (words[i / 64] >> (i % 64) & 1) != 0 ? planes[p][i] : 0;
                (sum, squares, product) = (sum + value, squares + (value * value), product + (value * planes[4][i]));
            }
            Assert.Equal(sum, four[p].Sum, 1e-4);
            Assert.Equal(squares, four[p].Squares, 1e-4);
            Assert.Equal(product, four[p].Product, 1e-4);
            if (p < 3)
            {
                Assert.Equal(four[p].Sum, three[p], 1e-4);
                Assert.Equal(four[p].Product, products[p], 1e-4);
            }
        }
    }

    [Fact]
    public void Buffers_are_given_back_once_and_then_refused()
    {
        ReusedBuffer<short> buffer = new(1000);
        Assert.Equal(1000, buffer.Span.Length);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    private delegate int SplitPart(ReadOnlySpan<byte> rgb, Span<byte> red, Span<byte> green, Span<byte> blue);

    private static byte[] Noise(int length, int seed = 1)
    {
        byte[] values = new byte[length];
        new Random(seed).NextBytes(values);
        return values;
    }
}
