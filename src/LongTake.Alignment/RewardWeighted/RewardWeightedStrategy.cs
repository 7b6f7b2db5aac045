using LongTake.Alignment.Baselines;
using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Training;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.RewardWeighted;

/// <summary>
/// Reward-weighted regression on a streaming few-step generator: members are made from independent noise with the sampler as it is, and the network
/// learns by flow matching from their clean latents, weighted by reward. Source: see <see cref="RewardWeightedRecipe"/>.
/// </summary>
public sealed class RewardWeightedStrategy : ForwardStrategy
{
    private readonly RewardWeightedRecipe _recipe;

    /// <summary>Prepares the adapters.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="parts">The networks; stay the caller's.</param>
    /// <exception cref="RecipeException">The model cannot be aligned so.</exception>
    /// <exception cref="CheckpointException">The recipe's adapters are of another model.</exception>
    public RewardWeightedStrategy(RewardWeightedRecipe recipe, GeneratorParts parts)
        : base(recipe, parts)
    {
        _recipe = recipe;
    }

    /// <inheritdoc/>
    internal override IProbeObjective Objective(SectionRollout group, GroupAdvantages advantages) => new RegressionObjective(
        RegressionObjective.Weights(_recipe.Weights, advantages.Values, _recipe.Temperature, _recipe.MostWeight),
        _recipe.Regression,
        _recipe.KlWeight);
}
