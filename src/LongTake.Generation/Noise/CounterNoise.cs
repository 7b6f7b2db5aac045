using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Noise;

/// <summary>
/// Independent noise that is a function of (seed, sample, frame, draw): the noise of a chunk depends neither on the chunks before it nor
/// on the chunk length, and a job can resume anywhere.
/// </summary>
/// <param name="seed">Seed of the video.</param>
public sealed class CounterNoise(ulong seed) : INoisePolicy
{
    // Streams of the counter-based generator: 48 bits of frame number, 8 bits of sample, 8 bits of draw.
    private const int MaxDraws = 256;
    private const int MaxSamples = 256;
    private const int FrameBits = 48;

    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise) => Draw(firstFrame, 0, noise);

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise) => Draw(firstFrame, step + 1, noise);

    private void Draw(long firstFrame, int draw, Tensor noise)
    {
        Shape s = noise.Shape;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(draw, MaxDraws);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(s[0], MaxSamples);
        int size = checked((int)s.CountOf(2, s.Rank));
        for (int b = 0; b < s[0]; b++)
        {
            for (int f = 0; f < s[1]; f++)
            {
                ulong stream = (ulong)(firstFrame + f) | ((ulong)b << FrameBits) | ((ulong)draw << (FrameBits + 8));
                new CounterRandom(seed, stream).FillNormal(noise.Span.Slice(((b * s[1]) + f) * size, size));
            }
        }
    }
}
