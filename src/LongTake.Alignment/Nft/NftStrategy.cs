using LongTake.Alignment.Baselines;
using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Training;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Nft;

/// <summary>
/// DiffusionNFT on a streaming few-step generator, which is what Astrolabe is: members from independent noise made by a slow average of the policy,
/// noised forward, and a contrast of implicit policies in place of a likelihood. Source: spec rewards-and-grpo, section B8; Zheng et al.,
/// "DiffusionNFT" (2025); "Astrolabe" (2026), arXiv 2603.17051.
/// </summary>
public sealed class NftStrategy : ForwardStrategy
{
    private readonly NftRecipe _recipe;

    /// <summary>Prepares the adapters.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="parts">The networks; stay the caller's.</param>
    /// <exception cref="RecipeException">The model cannot be aligned so.</exception>
    /// <exception cref="CheckpointException">The recipe's adapters are of another model.</exception>
    public NftStrategy(NftRecipe recipe, GeneratorParts parts)
        : base(recipe, parts)
    {
        _recipe = recipe;
    }

    /// <inheritdoc/>
    internal override IProbeObjective Objective(SectionRollout group, GroupAdvantages advantages) => new ContrastiveObjective(
        advantages.Values, _recipe.AdvantageClamp, _recipe.Beta, _recipe.AdaptiveWeight, _recipe.KlWeight);

    /// <summary>The policy that acts follows the one that is trained.</summary>
    private protected override void RenewActing(int step)
    {
        float keep = (float)_recipe.OldDecay(step);
        foreach (string name in Acting.Parameters.Names)
        {
            Span<float> acting = Acting.Parameters[name].Span;
            ReadOnlySpan<float> current = Current.Parameters[name].Span;
            for (int i = 0; i < acting.Length; i++)
            {
                acting[i] = (keep * acting[i]) + ((1 - keep) * current[i]);
            }
        }
    }
}
