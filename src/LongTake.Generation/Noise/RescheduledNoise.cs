using LongTake.Generation.Windows;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Noise;

/// <summary>
/// FreeNoise's noise of long videos: the first frames are independent, and every further block of a stride is a shuffled copy of the block that lies
/// one window earlier. So all windows that start at multiples of the stride hold the same frames of noise in other orders. It repeats
/// with the window, and with it the layout of what is painted.
/// Source: fifo-and-sliding-window.md 4.1.
/// </summary>
public sealed class RescheduledNoise : INoisePolicy
{
    // The draw that shuffles are taken from; redraws of samplers count from 1 and never get so far.
    private const int ShuffleDraw = FrameNoise.MaxDraws - 1;

    private readonly ulong _seed;
    private readonly int[] _sources;

    /// <summary>Makes the policy.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="total">Latents of the video. Where whole blocks do not fill it, the last block is a shuffled copy of as many frames as
    /// there are.</param>
    /// <param name="window">Latents of a window.</param>
    /// <param name="stride">Latents of a block, 1 to <paramref name="window"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RescheduledNoise(ulong seed, int total, int window, int stride)
    {
        _ = SlidingWindows.Starts(total, window, stride);
        _seed = seed;
        _sources = new int[total];
        for (int f = 0; f < Math.Min(total, window); f++)
        {
            _sources[f] = f;
        }
        for (int start = window; start < total; start += stride)
        {
            int count = Math.Min(stride, total - start);
            Span<int> block = _sources.AsSpan(start, count);
            _sources.AsSpan(start - window, count).CopyTo(block);
            Shuffle(block, new CounterRandom(seed, FrameNoise.StreamOf(0, start, ShuffleDraw)));
        }
    }

    /// <summary>Which of the first frames' noise each frame has.</summary>
    public IReadOnlyList<int> Sources => _sources;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A frame lies beyond the video.</exception>
    public void Initial(long firstFrame, Tensor noise)
    {
        Shape s = noise.Shape;
        if (firstFrame < 0 || firstFrame + s[1] > _sources.Length)
        {
            throw new InvalidOperationException(
                $"The rescheduled noise is for {_sources.Length} latents; {firstFrame}..{firstFrame + s[1]} are asked for.");
        }
        int size = checked((int)s.CountOf(2, s.Rank));
        for (int b = 0; b < s[0]; b++)
        {
            for (int f = 0; f < s[1]; f++)
            {
                FrameNoise.Draw(_seed, b, _sources[(int)firstFrame + f], 0, noise.Span.Slice(((b * s[1]) + f) * size, size));
            }
        }
    }

    /// <summary>Independent noise; it undoes the coupling, so a sampler that asks for it does not go with this policy.</summary>
    public void Renoise(long firstFrame, int step, Tensor noise) => new CounterNoise(_seed).Renoise(firstFrame, step, noise);

    private static void Shuffle(Span<int> values, CounterRandom random)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = random.NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
