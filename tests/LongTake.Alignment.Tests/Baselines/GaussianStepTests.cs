using LongTake.Alignment.Distillation;
using LongTake.Alignment.FlowGrpo;
using LongTake.Generation.Schedulers;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Baselines;

/// <summary>Solver steps as Gaussian draws: the specification's formulas, densities and their derivatives.</summary>
public sealed class GaussianStepTests
{
    private static readonly FewStepLevels s_levels = new([1000, 750, 500, 250], 5);

    [Theory]
    [InlineData(0.9, 0.7)]
    [InlineData(0.5, 0.4)]
    [InlineData(0.25, 0.05)]
    public void A_step_has_the_mean_and_deviation_of_its_formula(double sigma, double next)
    {
        const double x = 0.8, v = -0.3, dt = -0.2;
        double length = next - sigma, clean = x - (sigma * v);
        Assert.True(length < 0 && dt < 0);

        double s = 0.7 * Math.Sqrt(sigma / (1 - sigma));
        Check(
            StepNoise.FlowSde,
            0.7,
            (x * (1 + (s * s / (2 * sigma) * length))) + (v * (1 + (s * s * (1 - sigma) / (2 * sigma))) * length),
            s * Math.Sqrt(-length),
            s);

        const double eta = 0.25;
        double score = -(x - ((1 - sigma) * clean)) / (sigma * sigma);
        Check(StepNoise.DanceSde, eta, x + (length * v) - (0.5 * eta * eta * score * length), eta * Math.Sqrt(-length), eta);
        Check(StepNoise.Renoise, 0, (1 - next) * clean, next, next);

        void Check(StepNoise kind, double level, double mean, double deviation, double scale)
        {
            GaussianStep step = GaussianStep.Of(kind, level, sigma, next, 0.99);
            Assert.Equal(mean, (step.A * x) + (step.B * v), 12);
            Assert.Equal(deviation, step.Std, 12);
            Assert.Equal(scale, step.Scale, 12);
        }
    }

    /// <summary>At pure noise the second level stands inside 1 - sigma; numbers worked out by hand from the formula.</summary>
    [Fact]
    public void The_first_step_of_the_released_list_is_finite_and_the_last_draws_nothing()
    {
        GaussianStep[] steps = GaussianStep.For(StepNoise.FlowSde, 0.7, s_levels);
        Assert.Equal(3, steps.Length);
        Assert.Equal(2.8, steps[0].Scale, 6);
        Assert.Equal(0.7, steps[0].Std, 6);
        Assert.Equal(0.755, steps[0].A, 6);
        Assert.Equal(-0.0625, steps[0].B, 6);
    }

    /// <summary>The sampler's own step: the draw is what the few-step sampler makes of the same noise.</summary>
    [Fact]
    public void Noising_again_is_the_few_step_samplers_step()
    {
        GaussianStep[] steps = GaussianStep.For(StepNoise.Renoise, 0.7, s_levels);
        float[] x = Normal(1), v = Normal(2), noise = Normal(3);
        for (int k = 0; k < steps.Length; k++)
        {
            float[] drawn = [.. x], expected = [.. x];
            steps[k].Draw(drawn, v, noise);
            FlowMatchSchedule.ToClean(expected, v, s_levels.Sigmas[k], expected);
            FlowMatchSchedule.AddNoise(expected, noise, s_levels.Sigmas[k + 1], expected);
            Assert.All(drawn.Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-5));
        }
    }

    [Theory]
    [InlineData(StepNoise.FlowSde)]
    [InlineData(StepNoise.DanceSde)]
    [InlineData(StepNoise.Renoise)]
    public void Densities_are_means_over_dimensions_and_have_the_gradient_of_finite_differences(StepNoise kind)
    {
        GaussianStep step = GaussianStep.Of(kind, 0.7, 0.8, 0.5, 0.9);
        float[] x = Normal(1), next = Normal(4);
        double[] v = Doubles(2), reference = Doubles(5), gradient = new double[v.Length], divergence = new double[v.Length];
        double log = step.LogProbability(x, v, next);
        double expected = Enumerable.Range(0, v.Length).Average(i =>
            Math.Log(Math.Exp(-Math.Pow(next[i] - (step.A * x[i]) - (step.B * v[i]), 2) / (2 * step.Std * step.Std)) / (step.Std * Math.Sqrt(2 * Math.PI))));
        Assert.Equal(expected, log, 10);
        Assert.Equal(log, step.LogProbability([.. x, .. x], [.. v, .. v], [.. next, .. next]), 12);

        step.AddGradient(x, v, next, 3, gradient);
        double kl = step.AddDivergence(v, reference, exact: true, 2, divergence);
        Assert.Equal(0, step.AddDivergence(v, v, exact: true, 2, new double[v.Length]));

        // Of two Gaussians of one deviation.
        Assert.Equal(Enumerable.Range(0, v.Length).Average(i => Math.Pow(step.B * (v[i] - reference[i]) / step.Std, 2) / 2), kl, 12);
        for (int i = 0; i < v.Length; i++)
        {
            Assert.Equal(3 * Slope(v, i, w => step.LogProbability(x, w, next)), gradient[i], 1e-7);
            Assert.Equal(2 * Slope(v, i, w => step.AddDivergence(w, reference, true, 0, new double[v.Length])), divergence[i], 1e-7);
        }
    }

    internal static double Slope(double[] at, int i, Func<double[], double> f)
    {
        const double h = 1e-5;
        double[] up = [.. at], down = [.. at];
        up[i] += h;
        down[i] -= h;
        return (f(up) - f(down)) / (2 * h);
    }

    internal static float[] Normal(ulong seed, int count = 6)
    {
        float[] values = new float[count];
        new CounterRandom(seed, 7).FillNormal(values);
        return values;
    }

    internal static double[] Doubles(ulong seed, int count = 6) => Array.ConvertAll(Normal(seed, count), v => (double)v);
}
