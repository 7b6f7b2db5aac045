using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;

namespace LongTake.Alignment.Baselines;

/// <summary>
/// What the strategies share that make members with the sampler as it is, from noise of their own, and learn from their clean latents noised
/// forward. Source: spec rewards-and-grpo, section B8.
/// </summary>
public abstract class ForwardStrategy : BaselineStrategy
{
    private readonly ForwardRecipe _recipe;
    private readonly ForwardProcess _forward;

    private protected ForwardStrategy(ForwardRecipe recipe, GeneratorParts parts)
        : base(recipe, parts)
    {
        _recipe = recipe;
        _forward = new ForwardProcess(recipe, Levels, parts.Settings.Shift);
    }

    /// <inheritdoc/>
    internal override SectionBranching Branching(GroupRequest request) => new(Parts, _recipe, Generator, request);

    /// <inheritdoc/>
    internal override IReadOnlyList<Probe> Probes(SectionRollout group, int member) => _forward.Probes(group, member);
}
