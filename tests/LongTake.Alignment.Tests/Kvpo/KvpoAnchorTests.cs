using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Alignment.Training;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>What holds the trained policy to the initial one along the anchor.</summary>
public sealed class KvpoAnchorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;

    public KvpoAnchorTests() => _tiny = new TinyAlignment(_folder.File("model"));

    private Compute Compute => _tiny.Compute;

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_distance_is_none_at_the_start_and_a_step_makes_that_of_a_disturbed_policy_smaller()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.AnchorWeight = 1;
        recipe.KlWeight = 0;
        recipe.GradientSteps = 2;
        recipe.Protection = KvpoProtection.None;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        strategy.Current.Parameters.RequireGrad(true);
        Assert.Equal(0, Distance(strategy));

        TinyAlignment.Disturb(strategy.Current, 3, 0.05f);
        Zero(strategy);
        double before = Distance(strategy);
        Assert.True(before > 1e-7, $"{before}");

        // Ties teach nothing, so that all of the gradient is the anchor's.
        KvpoStrategyTests.Step(Compute, strategy);
        double after = Distance(strategy);
        Assert.True(after < before, $"{before} became {after}");
    }

    [Fact]
    public void It_adds_to_the_loss_with_its_weight_and_leaves_the_policys_part_alone()
    {
        (double loss, double policy, double distance) = Loss(0);
        Assert.Equal(0, distance);
        (double heavier, double same, double found) = Loss(3);
        Assert.True(found > 0);
        Assert.Equal(policy, same);
        Assert.Equal(loss + (3 * found), heavier, 1e-12);
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.AnchorWeight = -1;
        Assert.Contains("anchor_weight", Assert.Throws<RecipeException>(recipe.Validate).Message, StringComparison.Ordinal);

        (double Loss, double Policy, double Distance) Loss(double weight)
        {
            KvpoRecipe recipe = TinyAlignment.Recipe;
            recipe.AnchorWeight = weight;
            using KvpoStrategy strategy = new(recipe, _tiny.Parts);
            TinyAlignment.Disturb(strategy.Current, 3, 0.05f);
            strategy.Current.Parameters.RequireGrad(true);
            using IGroupRollout rollout = strategy.RollOut(Compute, KvpoStrategyTests.Request(1, 2), default);
            GroupObjective objective = strategy.Accumulate(Compute, rollout, KvpoStrategyTests.Advantages(1, 0.5, -1), 1)!;
            Assert.Equal(weight > 0, objective.Figures.Any(f => f.Key == "anchor.distance"));
            return (
                objective.Loss,
                objective.Figures.Single(f => f.Key == "policy_loss").Value,
                objective.Figures.SingleOrDefault(f => f.Key == "anchor.distance").Value);
        }
    }

    /// <summary>
    /// Counted in, the anchor has the energy zero under the policy that acted, and a step by advantages that are all the same makes the branches
    /// likelier.
    /// </summary>
    [Fact]
    public void Beside_the_anchor_branches_that_are_all_better_become_likelier()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.KlWeight = 0;
        recipe.Temperature = 0.05;
        recipe.StepsPerSync = 1;
        recipe.AnchorInPolicy = true;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        TinyAlignment.Disturb(strategy.Current, 3, 0.05f);
        strategy.StepDone(1);
        using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, KvpoStrategyTests.Request(1, 1), default);
        strategy.Current.Parameters.RequireGrad(true);
        GroupObjective objective = strategy.Accumulate(Compute, rollout, KvpoStrategyTests.Advantages(1, 1, 1), 1)!;
        Assert.Equal(1, objective.Figures.Single(f => f.Key == "ratio.max").Value);
        using TrajectoryEnergy energy = strategy.CreateEnergy(Compute);
        double[] before = strategy.Energies(Compute, energy, rollout, strategy.Current);
        Assert.Equal(recipe.GroupSize + 1, before.Length);
        Assert.Equal(0, before[^1]);
        KvpoStrategyTests.Step(Compute, strategy);
        double[] after = strategy.Energies(Compute, energy, rollout, strategy.Current);
        Assert.True(Share(after) > Share(before), $"{Share(before)} became {Share(after)}");

        // The probability of any branch at all.
        double Share(double[] energies)
        {
            double[] weights = Array.ConvertAll(energies, e => Math.Exp(-e / recipe.Temperature));
            return weights[..^1].Sum() / weights.Sum();
        }
    }

    /// <summary>The distance of a group in which all branches are as good as the anchor; its gradient is left in the adapters.</summary>
    private double Distance(KvpoStrategy strategy)
    {
        using IGroupRollout rollout = strategy.RollOut(Compute, KvpoStrategyTests.Request(1, 1), default);
        GroupObjective objective = strategy.Accumulate(Compute, rollout, KvpoStrategyTests.Advantages(0, 0, 0), 1)!;
        return objective.Figures.Single(f => f.Key == "anchor.distance").Value;
    }

    private static void Zero(KvpoStrategy strategy)
    {
        foreach (Tensor t in strategy.Current.Parameters.Tensors)
        {
            t.Grad?.Span.Clear();
        }
    }
}
