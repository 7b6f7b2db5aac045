using LongTake.Tensors.Random;

namespace LongTake.Generation.Noise;

/// <summary>
/// Independent normal numbers addressed by (seed, sample, frame, draw). A stream of the counter-based generator is 48 bits of frame, 8 bits of
/// sample and 8 bits of draw.
/// </summary>
internal static class FrameNoise
{
    public const int MaxDraws = 256;

    private const int MaxSamples = 256;
    private const int FrameBits = 48;

    /// <summary>Fills one latent frame of one sample.</summary>
    public static void Draw(ulong seed, int sample, long frame, int draw, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(draw, MaxDraws);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, MaxSamples);
        ulong stream = (ulong)frame | ((ulong)sample << FrameBits) | ((ulong)draw << (FrameBits + 8));
        new CounterRandom(seed, stream).FillNormal(values);
    }
}
