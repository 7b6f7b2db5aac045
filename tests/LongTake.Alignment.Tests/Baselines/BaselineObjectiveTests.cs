using LongTake.Alignment.Baselines;
using LongTake.Alignment.FlowGrpo;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Nft;
using LongTake.Alignment.RewardWeighted;
using LongTake.Tensors;
using static LongTake.Alignment.Tests.Baselines.GaussianStepTests;

namespace LongTake.Alignment.Tests.Baselines;

/// <summary>Terms of each objective against the specification's formulas and finite differences, in double precision.</summary>
public sealed class BaselineObjectiveTests : IDisposable
{
    private const int N = 6;

    private readonly Tensor _x = Tensor.From(Normal(1), [1, N]);
    private readonly Tensor _target = Tensor.From(Normal(2), [1, N]);
    private readonly double[] _predicted = Doubles(3);
    private readonly double[] _acting = Doubles(4);
    private readonly double[] _reference = Doubles(5);

    private Probe Probe => new(0, 0, _x, 800, 0.8f, _target);

    [Theory]
    [InlineData(1.5, 0)]
    [InlineData(-2, 0)]
    [InlineData(1.5, 0.04)]
    public void The_term_of_a_draw_has_the_gradient_of_finite_differences(double advantage, double klWeight)
    {
        GaussianStep[] steps = [GaussianStep.Of(StepNoise.FlowSde, 0.7, 0.8, 0.5, 0.9)];
        foreach (bool exact in (bool[])[false, true])
        {
            AssertGradient(() => new StepObjective(steps, [advantage], new ClipRange(0.99, 1e9), klWeight, exact));
        }

        // With r = exp(difference of log-densities), and where the policy is the one that acted, minus the advantage times its density's slope.
        StepObjective objective = new(steps, [advantage], new ClipRange(1e-4, 1e-4), 0, false);
        double[] gradient = new double[N], density = new double[N];
        Assert.Equal(-advantage, objective.Term(0, Probe, new ProbeVelocities(_acting, _acting, []), gradient), 12);
        steps[0].AddGradient(_x.Span, _acting, _target.Span, -advantage, density);
        Assert.Equal(density, gradient);
        Assert.Equal(1, objective.Figures.Single(f => f.Key == "ratio.max").Value);
        Assert.Equal(0, objective.Figures.Single(f => f.Key == "clipped").Value);
    }

    [Fact]
    public void A_draw_beyond_the_clip_teaches_nothing()
    {
        GaussianStep[] steps = [GaussianStep.Of(StepNoise.FlowSde, 0.7, 0.8, 0.5, 0.9)];
        double logNew = steps[0].LogProbability(_x.Span, _predicted, _target.Span), logOld = steps[0].LogProbability(_x.Span, _acting, _target.Span);
        double advantage = logNew > logOld ? 1 : -1;
        StepObjective objective = new(steps, [advantage], new ClipRange(1e-4, 1e-4), 0, false);
        double[] gradient = new double[N];
        objective.Term(0, Probe, new ProbeVelocities(_predicted, _acting, []), gradient);
        Assert.All(gradient, g => Assert.Equal(0, g));
        Assert.Equal(1, objective.Figures.Single(f => f.Key == "clipped").Value);
    }

    [Theory]
    [InlineData(RegressionTarget.Velocity, 0)]
    [InlineData(RegressionTarget.Clean, 0.3)]
    public void The_term_of_a_regression_has_the_gradient_of_finite_differences(RegressionTarget target, double klWeight)
    {
        double[] weights = [0.7, 0.3];
        AssertGradient(() => new RegressionObjective(weights, target, klWeight));
        double size = target == RegressionTarget.Clean ? (double)0.8f * 0.8f : 1;
        double error = Enumerable.Range(0, N).Average(i => Math.Pow(_predicted[i] - _target.Span[i], 2));
        double kl = Enumerable.Range(0, N).Average(i => Math.Pow(_predicted[i] - _reference[i], 2));
        Assert.Equal(
            (2 * 0.7 * size * error) + (klWeight * kl),
            new RegressionObjective(weights, target, klWeight).Term(0, Probe, new ProbeVelocities(_predicted, [], _reference), new double[N]),
            10);
    }

    [Fact]
    public void Weights_rise_with_advantage_and_are_limited()
    {
        double[] advantages = [-1, 0, 2];
        double[] softmax = RegressionObjective.Weights(MemberWeights.Softmax, advantages, 0.5, 20);
        Assert.Equal(1, softmax.Sum(), 12);
        Assert.Equal(Math.Exp(4), softmax[2] / softmax[1], 8);
        double[] exponential = RegressionObjective.Weights(MemberWeights.Exponential, advantages, 0.5, 20);
        Assert.Equal(Math.Exp(-2) / 3, exponential[0], 12);
        Assert.Equal(20.0 / 3, exponential[2], 12);
        Assert.Equal([0, 0, 1], RegressionObjective.Weights(MemberWeights.Best, advantages, 0.5, 20));
        RegressionObjective best = new([0, 0, 1], RegressionTarget.Velocity, 0);
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(best.Uses));
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(-10, 0)]
    [InlineData(0, 0.5)]
    [InlineData(2.5, 0.75)]
    public void Optimality_is_the_clipped_advantage(double advantage, double expected) =>
        Assert.Equal(expected, ContrastiveObjective.Optimality(advantage, 5), 12);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0.1, 1e-4)]
    public void The_plain_contrast_has_the_gradient_of_finite_differences(double beta, double klWeight)
    {
        AssertGradient(() => new ContrastiveObjective([2], 5, beta, adaptive: false, klWeight));
        double r = 0.7;
        double expected = Enumerable.Range(0, N).Average(i =>
        {
            double v = _predicted[i], old = _acting[i], wanted = _target.Span[i];
            return (r * Math.Pow(((1 - beta) * old) + (beta * v) - wanted, 2)) + ((1 - r) * Math.Pow(((1 + beta) * old) - (beta * v) - wanted, 2));
        });
        double kl = Enumerable.Range(0, N).Average(i => Math.Pow(_predicted[i] - _reference[i], 2));
        Assert.Equal(
            expected + (klWeight * kl),
            new ContrastiveObjective([2], 5, beta, false, klWeight).Term(0, Probe, new ProbeVelocities(_predicted, _acting, _reference), new double[N]),
            10);
    }

    /// <summary>As released: errors of clean estimates over their mean size, which is a constant, times A_max / beta.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.1)]
    public void The_adaptive_contrast_is_the_released_one_with_constant_sizes(double beta)
    {
        const double sigma = 0.8f, most = 5, r = 0.7;
        double[] plus = Residuals(_predicted, beta), minus = Residuals(_predicted, -beta);
        double sizePlus = plus.Average(Math.Abs), sizeMinus = minus.Average(Math.Abs);
        double[] gradient = new double[N];
        double term = new ContrastiveObjective([2], most, beta, adaptive: true, 0).Term(
            0, Probe, new ProbeVelocities(_predicted, _acting, []), gradient);
        Assert.Equal(Released(_predicted), term, 10);
        for (int i = 0; i < N; i++)
        {
            Assert.Equal(Slope(_predicted, i, Released), gradient[i], 1e-6);
        }

        double Released(double[] v) => most * ((r * Residuals(v, beta).Average(d => d * d) / sizePlus / beta)
            + ((1 - r) * Residuals(v, -beta).Average(d => d * d) / sizeMinus / beta));

        // Clean estimates of v_old + b (v - v_old) minus those of the target.
        double[] Residuals(double[] v, double b) =>
            [.. Enumerable.Range(0, N).Select(i => -sigma * (_acting[i] + (b * (v[i] - _acting[i])) - _target.Span[i]))];
    }

    [Fact]
    public void Without_an_advantage_the_contrast_asks_for_nothing_on_policy()
    {
        double[] gradient = new double[N];
        new ContrastiveObjective([0], 5, 0.3, false, 0).Term(0, Probe, new ProbeVelocities(_acting, _acting, []), gradient);
        Assert.All(gradient, g => Assert.Equal(0, g, 12));

        // With one it points from a good member's velocity towards its target: 2 beta (2 r - 1) (v - v*) / n.
        double[] good = new double[N];
        new ContrastiveObjective([2.5], 5, 0.3, false, 0).Term(0, Probe, new ProbeVelocities(_acting, _acting, []), good);
        Assert.All(Enumerable.Range(0, N), i => Assert.Equal(2 * 0.3 * 0.5 * (_acting[i] - _target.Span[i]) / N, good[i], 12));
    }

    public void Dispose()
    {
        _x.Dispose();
        _target.Dispose();
    }

    private void AssertGradient(Func<IProbeObjective> create)
    {
        double[] gradient = new double[N];
        create().Term(0, Probe, new ProbeVelocities(_predicted, _acting, _reference), gradient);
        Assert.Contains(gradient, g => Math.Abs(g) > 1e-6);
        for (int i = 0; i < N; i++)
        {
            double slope = Slope(_predicted, i, v => create().Term(0, Probe, new ProbeVelocities(v, _acting, _reference), new double[N]));
            Assert.Equal(slope, gradient[i], 1e-6);
        }
    }
}
