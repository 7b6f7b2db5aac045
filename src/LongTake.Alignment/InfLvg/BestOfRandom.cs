using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Tensors;

namespace LongTake.Alignment.InfLvg;

/// <summary>
/// The control that search alone must be beaten by: at every change of scene as many random contexts are tried as a policy's training tried, and
/// the one with the best reward is kept. Source: spec inflvg, section 12 (baseline 7).
/// </summary>
/// <param name="recipe">Validated options: sizes, rollouts.</param>
/// <param name="parts">The frozen networks.</param>
/// <param name="rewards">What is best.</param>
public sealed class BestOfRandom(InfLvgRecipe recipe, InfLvgParts parts, RewardSet rewards)
{
    /// <summary>Tells a script.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="script">The scenes.</param>
    /// <param name="seed">Seed of noise and contexts.</param>
    /// <param name="tries">Contexts tried at every change of scene, at least 1.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    /// <returns>The whole video.</returns>
    public RewardClip Tell(Compute compute, VideoScript script, ulong seed, int tries, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tries, 1);
        DirectedChoice choice = new(0) { Now = (_, _) => throw new InvalidOperationException("No context was tried yet.") };
        using StoryTelling telling = new(compute, parts, recipe, script, seed, choice);
        telling.Tell(0, cancellation);
        for (int scene = 1; scene < script.Scenes.Count; scene++)
        {
            using StoryBranches branches = telling.Branch(scene, tries, candidates => new double[candidates.Count], cancellation);
            int[] best = branches.Orders[BestMember(compute, branches)];
            choice.Now = (_, chosen) => best.CopyTo(chosen);
            telling.Tell(scene, cancellation);
        }
        return telling.Whole();
    }

    /// <summary>The member with the largest weighted reward; of equal ones the first. What has no reward counts least.</summary>
    private int BestMember(Compute compute, StoryBranches branches)
    {
        int best = 0;
        double most = double.NegativeInfinity;
        for (int i = 0; i < branches.Count; i++)
        {
            double total = rewards.Total(rewards.Score(branches.Clips(compute, 0, i)));
            if (total > most)
            {
                (best, most) = (i, total);
            }
        }
        return best;
    }
}
