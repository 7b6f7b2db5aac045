using LongTake.Generation.Schedulers;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// The flow-matching process of spec wan-model.md 6.1: x_sigma = (1 - sigma) x0 + sigma noise, target velocity noise - x0,
/// timestep 1000 sigma.
/// </summary>
internal static class FlowTimesteps
{
    /// <summary>Draws a noise level as the recipe says: uniform, then shifted towards noise; or logit-normal.</summary>
    public static float DrawSigma(CounterRandom random, FlowMatchingRecipe recipe)
    {
        if (recipe.LogitStd == 0)
        {
            return (float)SigmaGrids.Shift(random.NextDouble(), recipe.TimestepShift);
        }
        Span<float> normal = stackalloc float[1];
        random.FillNormal(normal);
        return (float)(1 / (1 + Math.Exp(-(recipe.LogitMean + (recipe.LogitStd * normal[0])))));
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
