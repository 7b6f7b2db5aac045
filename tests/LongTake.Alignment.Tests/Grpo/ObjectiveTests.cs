using LongTake.Alignment.Grpo;

namespace LongTake.Alignment.Tests.Grpo;

/// <summary>Advantages, clipped ratios and divergences against published numbers and finite differences.</summary>
public sealed class ObjectiveTests
{
    private static readonly AdvantageOptions s_anchored = new() { Baseline = AdvantageBaseline.Anchor };

    [Theory]
    [InlineData(DeviationKind.Unbiased, -0.925820, -0.462910, 0.0, 1.388730)]
    [InlineData(DeviationKind.Population, -1.069045, -0.534522, 0.0, 1.603567)]
    [InlineData(DeviationKind.None, -0.6, -0.3, 0.0, 0.9)]
    public void Advantages_of_a_group_are_those_of_the_specification(DeviationKind deviation, params double[] expected) =>
        AssertClose(expected, Advantages.Of([0.9, 1.2, 1.5, 2.4], new AdvantageOptions { Deviation = deviation }));

    [Fact]
    public void Advantages_over_an_anchor_are_those_of_the_specification()
    {
        double[] local = Advantages.Of([1, 2, 3, 4], s_anchored, 2.5), global = Advantages.Of([3, 3, 4, 2], s_anchored, 2);
        AssertClose([-1.341641, -0.447214, 0.447214, 1.341641], local);
        AssertClose([1.195229, 1.195229, 2.390457, 0], global);
        Advantages.NormaliseScale(local);
        Advantages.NormaliseScale(global);
        AssertClose([1.414214, 1.414214, 2.828427, 0], global);
        double[] fused = [.. local.Zip(global, (l, g) => l + (0.5 * g))];
        AssertClose([-0.634534, 0.259893, 1.861428, 1.341641], fused);
        Advantages.Clamp(fused, 1.5);
        Assert.Equal(1.5, fused[2]);
    }

    [Fact]
    public void Ties_give_zero_and_never_a_number_that_is_none()
    {
        Assert.All(Advantages.Of([0.3, 0.3, 0.3], new AdvantageOptions { Epsilon = 0 }), a => Assert.Equal(0, a));
        Assert.All(Advantages.Of([0.3, 0.3 + 1e-9], new AdvantageOptions()), a => Assert.Equal(0, a));
        Assert.All(Advantages.Of([1, 1], s_anchored, 1), a => Assert.Equal(0, a));
        double[] zeros = [0, 0, 0];
        Advantages.NormaliseScale(zeros);
        Assert.All(zeros, a => Assert.Equal(0, a));

        // All worse than the anchor, and equally so: there is something to say, and no scale to say it on.
        double[] worse = Advantages.Of([1, 1, 1], s_anchored, 2);
        Assert.All(worse, a => Assert.True(a < 0 && double.IsFinite(a)));
        Advantages.NormaliseScale(worse);
        Assert.All(worse, a => Assert.True(a < 0 && double.IsFinite(a)));
    }

    [Fact]
    public void A_group_of_one_a_missing_anchor_and_rewards_that_are_no_numbers_are_refused()
    {
        Assert.Contains("group of 1", Assert.Throws<ArgumentException>(() => Advantages.Of([1], new AdvantageOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("anchor", Assert.Throws<ArgumentException>(() => Advantages.Of([1, 2], s_anchored)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Advantages.Of([1, double.NaN], new AdvantageOptions()));
    }

    [Theory]
    [InlineData(KlEstimator.K1, 0.2, -0.1)]
    [InlineData(KlEstimator.K2, 0.02, 0.005)]
    [InlineData(KlEstimator.K3, 0.018731, 0.005171)]
    public void Estimators_of_the_divergence_are_those_of_the_specification(KlEstimator estimator, double below, double above)
    {
        Assert.Equal(below, KlDivergence.Estimate(estimator, -1, -1.2).Value, 6);
        Assert.Equal(above, KlDivergence.Estimate(estimator, -1, -0.9).Value, 6);
        const double h = 1e-6;
        double slope = (KlDivergence.Estimate(estimator, -1 + h, -1.2).Value - KlDivergence.Estimate(estimator, -1 - h, -1.2).Value) / (2 * h);
        Assert.Equal(slope, KlDivergence.Estimate(estimator, -1, -1.2).Gradient, 8);
    }

    [Fact]
    public void The_clipped_objective_has_the_gradient_of_finite_differences_and_none_where_the_clip_holds()
    {
        double[] logOld = [-1, -1.2, -0.8, -2, -1.5], logNew = [-0.95, -1.6, -0.5, -2.4, -1.1], advantages = [1, 2, 1, -1, -1];
        ClippedObjective objective = ClippedObjective.Of(logNew, logOld, advantages, ClipRange.Default);

        // Beyond 1.2 with a gain, and below 0.9 with a loss; not where the clip would help.
        Assert.Equal([false, false, true, true, false], objective.Gradient.Select(g => g == 0));
        Assert.Equal(2, objective.Clipped);
        for (int i = 0; i < logNew.Length; i++)
        {
            double[] up = [.. logNew], down = [.. logNew];
            up[i] += 1e-6;
            down[i] -= 1e-6;
            double slope = (ClippedObjective.Of(up, logOld, advantages, ClipRange.Default).Loss
                - ClippedObjective.Of(down, logOld, advantages, ClipRange.Default).Loss) / 2e-6;
            Assert.Equal(slope, objective.Gradient[i], 8);
        }
    }

    [Fact]
    public void Log_probabilities_hold_for_logits_of_any_size()
    {
        double[] log = LogProbabilities.LogSoftmax([1000, 1001, -1000]);
        Assert.Equal(1, log.Sum(Math.Exp), 12);
        Assert.Equal(-1, log[0] - log[1], 12);
        Assert.Equal(Math.Log(4), LogProbabilities.Entropy(LogProbabilities.LogSoftmax([3, 3, 3, 3])), 12);
        Assert.Equal(double.NegativeInfinity, LogProbabilities.LogSumExp([]));
        Assert.Equal(LogProbabilities.LogSumExp([-700, -701]), LogProbabilities.LogAddExp(-700, -701), 12);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-6));
    }
}
