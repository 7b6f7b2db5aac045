using LongTake.Tensors;

namespace LongTake.Generation.Noise;

/// <summary>
/// FreePCA's noise of long videos: blocks of a window whose mean over time, place by place, is that of the first block. Each frame alone stays
/// standard normal. A last block that the video cuts short is the beginning of a whole one.
/// Source: fifo-and-sliding-window.md 7.1.
/// </summary>
public sealed class SharedMeanNoise : INoisePolicy
{
    private readonly ulong _seed;
    private readonly int _block;

    /// <summary>Makes the policy.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="block">Latents of a block.</param>
    /// <exception cref="ArgumentOutOfRangeException">That is below 1.</exception>
    public SharedMeanNoise(ulong seed, int block)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        _seed = seed;
        _block = block;
    }

    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise)
    {
        new CounterNoise(_seed).Initial(firstFrame, noise);
        Shape s = noise.Shape;
        int size = checked((int)s.CountOf(2, s.Rank));
        float[] frame = new float[size];
        double[] target = new double[size];
        double[] own = new double[size];
        for (int b = 0; b < s[0]; b++)
        {
            long block = 0;
            for (int f = 0; f < s[1]; f++)
            {
                long at = (firstFrame + f) / _block;
                if (at == 0)
                {
                    continue;
                }
                if (block == 0)
                {
                    Mean(b, 0, frame, target);
                }
                if (at != block)
                {
                    Mean(b, at, frame, own);
                    block = at;
                }
                Span<float> z = noise.Span.Slice(((b * s[1]) + f) * size, size);
                for (int i = 0; i < size; i++)
                {
                    z[i] = (float)(z[i] - own[i] + target[i]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise) => new CounterNoise(_seed).Renoise(firstFrame, step, noise);

    private void Mean(int sample, long block, float[] frame, double[] mean)
    {
        Array.Clear(mean);
        for (int f = 0; f < _block; f++)
        {
            FrameNoise.Draw(_seed, sample, (block * _block) + f, 0, frame);
            for (int i = 0; i < mean.Length; i++)
            {
                mean[i] += (double)frame[i] / _block;
            }
        }
    }
}
