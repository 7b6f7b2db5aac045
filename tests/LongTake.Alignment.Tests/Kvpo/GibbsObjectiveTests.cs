using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>The objective over branches: the specification's numbers, and its gradient against finite differences in double precision.</summary>
public sealed class GibbsObjectiveTests
{
    private static readonly double[] s_energies = [0.10, 0.14, 0.08, 0.20];
    private static readonly double[] s_acting = [0.12, 0.12, 0.12, 0.12];
    private static readonly double[] s_initial = [0.12, 0.11, 0.10, 0.15];
    private static readonly double[] s_advantages = [1, -0.5, 0.25, -1.5];

    [Fact]
    public void At_temperature_1_all_quantities_are_those_of_the_specification()
    {
        GibbsObjective o = Of(s_energies, s_acting, 1, 10);
        AssertClose([0.257345, 0.247255, 0.262544, 0.232856], o.Probabilities);
        AssertClose([1.029382, 0.989019, 1.050175, 0.931423], o.Ratios);
        Assert.Equal(0.149930, o.PolicyLoss, 1e-6);
        Assert.Equal(0.00046983, o.Divergence, 1e-8);
        Assert.Equal(0.154628, o.Loss, 1e-6);
        AssertClose([0.222167, -0.033799, 0.029747, -0.218115], o.Gradient);
        AssertClose([0.295929, -0.086557, 0.104999, -0.314372], Of(s_energies, s_acting, 1, 0).Gradient);
        AssertClose([0.298252, -0.078640, 0.111727, -0.331340], Of(s_energies, s_energies, 1, 0).Gradient);
    }

    [Fact]
    public void At_temperature_a_tenth_all_quantities_are_those_of_the_specification()
    {
        GibbsObjective o = Of(s_energies, s_acting, 0.1, 10);
        AssertClose([0.306786, 0.205645, 0.374709, 0.112860], o.Probabilities);
        AssertClose([1.227144, 0.822579, 1.498837, 0.451441], o.Ratios);
        Assert.Equal(0.075, o.PolicyLoss, 1e-6);
        Assert.Equal(4, o.Clipped);
        Assert.Equal(0.0395723, o.Divergence, 1e-6);
        Assert.Equal(0.470723, o.Loss, 1e-6);
        AssertClose([-5.57812, 6.543111, -6.813131, 5.84814], o.Gradient);
        Assert.All(Of(s_energies, s_acting, 0.1, 0).Gradient, g => Assert.Equal(0, g, 12));
        AssertClose([3.075224, -0.864416, 1.327580, -3.538387], Of(s_energies, s_energies, 0.1, 0).Gradient);
    }

    [Theory]
    [InlineData(1, 10, 1)]
    [InlineData(0.3, 2, 0.5)]
    [InlineData(0.1, 10, 1)]
    public void The_gradient_is_that_of_finite_differences(double temperature, double klWeight, double scale)
    {
        GibbsObjective o = Of(s_energies, s_acting, temperature, klWeight, scale);
        for (int g = 0; g < s_energies.Length; g++)
        {
            const double h = 1e-6;
            double[] up = [.. s_energies], down = [.. s_energies];
            up[g] += h;
            down[g] -= h;
            double slope = (Of(up, s_acting, temperature, klWeight, scale).Loss - Of(down, s_acting, temperature, klWeight, scale).Loss) / (2 * h);
            Assert.Equal(slope, o.Gradient[g], 1e-7 * Math.Max(1, Math.Abs(slope)));
        }
    }

    /// <summary>
    /// Branches that are all as much better than the anchor: among themselves nothing is to be learned, beside the anchor that all be likelier.
    /// </summary>
    [Fact]
    public void What_all_branches_do_better_is_learned_beside_the_anchor_alone()
    {
        double[] energies = [0.1, 0.1, 0.1], advantages = [1, 1, 1];
        GibbsObjective alone = GibbsObjective.Of(energies, energies, energies, advantages, 0.1, ClipRange.Default, 10);
        Assert.All(alone.Gradient, g => Assert.Equal(0, g, 12));
        double[] choices = [.. energies, 0];
        GibbsObjective beside = GibbsObjective.Of(choices, choices, choices, [.. advantages, 0], 0.1, ClipRange.Default, 10);
        Assert.All(beside.Gradient[..3], g => Assert.True(g > 0));
        Assert.Equal(0, beside.Gradient.Sum(), 12);
    }

    [Fact]
    public void Equal_policies_have_ratio_1_and_no_divergence()
    {
        GibbsObjective o = GibbsObjective.Of(s_energies, s_energies, s_energies, s_advantages, 0.01, ClipRange.Default, 10);
        Assert.All(o.Ratios, r => Assert.Equal(1, r));
        Assert.Equal(0, o.Divergence);
    }

    private static GibbsObjective Of(double[] energies, double[] acting, double temperature, double klWeight, double scale = 1) =>
        GibbsObjective.Of(energies, acting, s_initial, s_advantages, temperature, ClipRange.Default, klWeight, scale);

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual) =>
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-5 * Math.Max(1, Math.Abs(p.First))));
}
