using LongTake.Generation.Schedulers;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// The distribution-matching loss: at a random noise level, a real and a fake score say how a sample differs from the data and from
/// what the generator makes; their difference is the gradient of the sample. Source: spec autoregressive-streaming.md 10.3.
/// </summary>
internal static class DistributionMatching
{
    /// <summary>Draws one timestep a sample: a whole one of 0 .. 999, shifted, clamped to the recipe's range.</summary>
    /// <returns>[B].</returns>
    public static Tensor DrawTimesteps(CounterRandom random, int batch, DistributionMatchingRecipe recipe)
    {
        Tensor timesteps = Tensor.Empty([batch]);
        foreach (ref float t in timesteps.Span)
        {
            double shifted = 1000 * SigmaGrids.Shift(random.NextInt(1000) / 1000.0, recipe.ScoreShift);
            t = (float)Math.Clamp(shifted, recipe.MinStep, recipe.MaxStep);
        }
        return timesteps;
    }

    /// <summary>(1 - sigma) x + sigma noise, with sigma = t / 1000 for each sample.</summary>
    /// <returns>The shape of <paramref name="x"/>, without gradient.</returns>
    public static Tensor AddNoise(Tensor x, Tensor noise, Tensor timesteps)
    {
        Tensor noisy = Tensor.Empty(x.Shape);
        int count = CountOf(x);
        for (int i = 0; i < timesteps.Count; i++)
        {
            Range range = (i * count)..((i + 1) * count);
            FlowMatchSchedule.AddNoise(x.Span[range], noise.Span[range], timesteps.Span[i] / 1000, noisy.Span[range]);
        }
        return noisy;
    }

    /// <summary>
    /// The gradient g = (f - r) / mean |x - r| of each sample, with f and r the clean estimates of the fake and the real score; 0
    /// where that is not a number.
    /// </summary>
    /// <param name="x">The generator's samples [B, ...].</param>
    /// <param name="noisy">The same, noised.</param>
    /// <param name="timesteps">[B].</param>
    /// <param name="fake">Velocity of the fake score.</param>
    /// <param name="real">Velocity of the real score, guided.</param>
    public static Tensor Direction(Tensor x, Tensor noisy, Tensor timesteps, Tensor fake, Tensor real)
    {
        Tensor direction = Tensor.Empty(x.Shape);
        int count = CountOf(x);
        for (int i = 0; i < timesteps.Count; i++)
        {
            Range range = (i * count)..((i + 1) * count);
            double sigma = timesteps.Span[i] / 1000.0;
            ReadOnlySpan<float> xs = x.Span[range], xt = noisy.Span[range], vf = fake.Span[range], vr = real.Span[range];
            double sum = 0;
            for (int j = 0; j < count; j++)
            {
                sum += Math.Abs(xs[j] - (xt[j] - (sigma * vr[j])));
            }
            double mean = sum / count;
            Span<float> g = direction.Span[range];
            for (int j = 0; j < count; j++)
            {
                // f - r = (x_t - sigma v_f) - (x_t - sigma v_r).
                float value = (float)(sigma * ((double)vr[j] - vf[j]) / mean);
                g[j] = float.IsNaN(value) ? 0 : value;
            }
        }
        return direction;
    }

    /// <summary>
    /// A loss whose gradient with respect to x is g / N: half the mean of (x - (x - g))^2, the second x without gradient.
    /// </summary>
    /// <param name="compute">Where to record.</param>
    /// <param name="x">Recorded samples of N elements.</param>
    /// <param name="direction">g, of the same shape.</param>
    public static Tensor Loss(Compute compute, Tensor x, Tensor direction)
    {
        Tensor target = Tensor.Empty(x.Shape);
        ReadOnlySpan<float> from = x.Span, g = direction.Span;
        Span<float> to = target.Span;
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[i] - g[i];
        }
        return compute.Scale(compute.MeanSquaredError(x, target), 0.5f);
    }

    private static int CountOf(Tensor x) => checked((int)x.Shape.CountOf(1, x.Rank));
}
