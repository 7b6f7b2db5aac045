using LongTake.Alignment.Baselines;
using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Training;
using LongTake.Tensors.Files;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowGrpo;

/// <summary>
/// Flow-GRPO on a streaming few-step generator: members draw noise at every solver step, and steps of good members are made more likely. Source:
/// spec rewards-and-grpo, sections B1 to B5; Liu et al., "Flow-GRPO" (2025); Xue et al., "DanceGRPO" (2025).
/// </summary>
public sealed class FlowGrpoStrategy : BaselineStrategy
{
    private readonly FlowGrpoRecipe _recipe;
    private readonly GaussianStep[] _steps;

    /// <summary>Prepares the adapters.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="parts">The networks; stay the caller's.</param>
    /// <exception cref="RecipeException">The model cannot be aligned so.</exception>
    /// <exception cref="CheckpointException">The recipe's adapters are of another model.</exception>
    public FlowGrpoStrategy(FlowGrpoRecipe recipe, GeneratorParts parts)
        : base(recipe, parts)
    {
        _recipe = recipe;
        _steps = GaussianStep.For(recipe.StepNoise, recipe.NoiseLevel, Levels);
    }

    /// <inheritdoc/>
    internal override SectionBranching Branching(GroupRequest request) => new(
        Parts, _recipe, Generator, request, _recipe.SharedNoise, new StochasticSampler(Generator.CreateSampler(), Levels, _steps));

    /// <summary>The recorded draws, or a share of them.</summary>
    /// <inheritdoc/>
    internal override IReadOnlyList<Probe> Probes(SectionRollout group, int member)
    {
        Trajectory trajectory = group.Trajectories[member];
        List<Probe> probes = [];
        for (int chunk = 0; chunk < trajectory.Count; chunk++)
        {
            IReadOnlyList<TrajectoryStep> steps = trajectory.Steps(chunk);
            for (int k = 0; k < _steps.Length; k++)
            {
                probes.Add(new Probe(chunk, k, steps[k].X, Levels.Timesteps[k], Levels.Sigmas[k], steps[k + 1].X) { Acting = steps[k].Velocity });
            }
        }
        CounterRandom random = new(group.Seed ^ 0x7374657073, ((ulong)group.Passes << 32) | (uint)member);
        int left = Math.Max(1, (int)Math.Round(_recipe.StepShare * probes.Count));
        while (probes.Count > left)
        {
            probes.RemoveAt(random.NextInt(probes.Count));
        }
        return probes;
    }

    /// <inheritdoc/>
    internal override IProbeObjective Objective(SectionRollout group, GroupAdvantages advantages) => new StepObjective(
        _steps, advantages.Values, new ClipRange(_recipe.ClipLow, _recipe.ClipHigh), _recipe.KlWeight, _recipe.ExactKl);
}
