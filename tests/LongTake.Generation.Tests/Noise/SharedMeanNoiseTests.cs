using LongTake.Generation.Noise;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Noise;

public class SharedMeanNoiseTests
{
    private const int Block = 7;

    [Fact]
    public void All_blocks_have_the_mean_of_the_first()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor noise = Tensor.Empty([2, 4 * Block, 3, 4, 5]);
        new SharedMeanNoise(9, Block).Initial(0, noise);
        int size = 3 * 4 * 5;
        for (int b = 0; b < 2; b++)
        {
            double[] first = Mean(noise.Row(b).Rows(0, Block).Span, size);
            for (int block = 1; block < 4; block++)
            {
                double[] mean = Mean(noise.Row(b).Rows(block * Block, Block).Span, size);
                for (int i = 0; i < size; i++)
                {
                    Assert.Equal(first[i], mean[i], 1e-6);
                }
            }
        }
        Tensor plain = Tensor.Empty([2, Block, 3, 4, 5]);
        new CounterNoise(9).Initial(0, plain);
        Assert.Equal(plain.Row(1).Span, noise.Row(1).Rows(0, Block).Span);
    }

    [Fact]
    public void Frames_stay_standard_normal_and_do_not_depend_on_how_they_are_asked_for()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor noise = Tensor.Empty([1, (3 * Block) + 2, 8, 16, 16]);
        new SharedMeanNoise(4, Block).Initial(0, noise);
        for (int f = 0; f < noise.Shape[1]; f++)
        {
            ReadOnlySpan<float> frame = noise.Row(0).Row(f).Span;
            double mean = 0, square = 0;
            foreach (float v in frame)
            {
                mean += v / (double)frame.Length;
                square += (double)v * v / frame.Length;
            }
            Assert.InRange(mean, -0.12, 0.12);
            Assert.InRange(square, 0.87, 1.13);
            Tensor one = Tensor.Empty([1, 1, 8, 16, 16]);
            new SharedMeanNoise(4, Block).Initial(f, one);
            Assert.Equal(frame, one.Span);
        }
    }

    private static double[] Mean(ReadOnlySpan<float> frames, int size)
    {
        double[] mean = new double[size];
        for (int i = 0; i < frames.Length; i++)
        {
            mean[i % size] += (double)frames[i] / (frames.Length / size);
        }
        return mean;
    }
}
