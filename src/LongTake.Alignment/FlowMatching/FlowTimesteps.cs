using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// The flow-matching process of spec wan-model.md 6.1: x_sigma = (1 - sigma) x0 + sigma noise, target velocity noise - x0,
/// timestep 1000 sigma.
/// </summary>
internal static class FlowTimesteps
{
    /// <summary>Draws a noise level: uniform, then shifted towards noise.</summary>
    public static float DrawSigma(CounterRandom random, double shift)
    {
        double u = random.NextDouble();
        return (float)(shift * u / (1 + ((shift - 1) * u)));
    }

    /// <summary>Mixes one plane of numbers with noise at a level, and gives the target velocity.</summary>
    public static void Mix(ReadOnlySpan<float> clean, ReadOnlySpan<float> noise, float sigma, Span<float> noisy, Span<float> velocity)
    {
        for (int i = 0; i < clean.Length; i++)
        {
            noisy[i] = ((1 - sigma) * clean[i]) + (sigma * noise[i]);
            velocity[i] = noise[i] - clean[i];
        }
    }

    /// <summary>Fills a tensor with standard normal noise for a (seed, step) pair.</summary>
    public static Tensor Noise(Shape shape, ulong seed, int step)
    {
        Tensor noise = Tensor.Empty(shape);
        new CounterRandom(seed ^ 0x6E6F697365, (ulong)step).FillNormal(noise.Span);
        return noise;
    }
}
