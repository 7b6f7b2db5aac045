using LongTake.Tensors;

namespace LongTake.Generation.Noise;

/// <summary>
/// Independent noise that is a function of (seed, sample, frame, draw): the noise of a chunk depends neither on the chunks before it nor
/// on the chunk length, and a job can resume anywhere.
/// </summary>
/// <param name="seed">Seed of the video.</param>
public sealed class CounterNoise(ulong seed) : INoisePolicy
{
    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise) => Draw(firstFrame, 0, noise);

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise) => Draw(firstFrame, step + 1, noise);

    private void Draw(long firstFrame, int draw, Tensor noise)
    {
        Shape s = noise.Shape;
        int size = checked((int)s.CountOf(2, s.Rank));
        for (int b = 0; b < s[0]; b++)
        {
            for (int f = 0; f < s[1]; f++)
            {
                FrameNoise.Draw(seed, b, firstFrame + f, draw, noise.Span.Slice(((b * s[1]) + f) * size, size));
            }
        }
    }
}
