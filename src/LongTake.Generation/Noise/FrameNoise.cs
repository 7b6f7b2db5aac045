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
    public static void Draw(ulong seed, int sample, long frame, int draw, Span<float> values) =>
        new CounterRandom(seed, StreamOf(sample, frame, draw)).FillNormal(values);

    /// <summary>The stream of one latent frame of one sample.</summary>
    public static ulong StreamOf(int sample, long frame, int draw)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(draw, MaxDraws);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, MaxSamples);
        return (ulong)frame | ((ulong)sample << FrameBits) | ((ulong)draw << (FrameBits + 8));
    }
}
