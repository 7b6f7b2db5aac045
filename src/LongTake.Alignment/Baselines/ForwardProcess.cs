using LongTake.Alignment.Branches;
using LongTake.Alignment.Distillation;
using LongTake.Alignment.FlowMatching;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Baselines;

/// <summary>
/// Noises the clean latents of members forward, x = (1 - sigma) x0 + sigma noise, with the velocity noise - x0 as target. All draws are a function
/// of the group's seed, the pass, the member and the chunk. Source: spec rewards-and-grpo, section B8.
/// </summary>
/// <param name="recipe">Levels and number of draws.</param>
/// <param name="levels">The sampler's levels.</param>
/// <param name="shift">Shift of the model's schedule.</param>
internal sealed class ForwardProcess(ForwardRecipe recipe, FewStepLevels levels, double shift)
{
    /// <summary>The probes of a member, chunk by chunk; their tensors belong to the open scope.</summary>
    public IReadOnlyList<Probe> Probes(SectionRollout group, int member)
    {
        List<Probe> probes = [];
        for (int chunk = 0; chunk < group.Chunks; chunk++)
        {
            CounterRandom random = new(
                group.Seed ^ 0x666F7277617264, ((ulong)group.Passes << 40) | ((ulong)member << 20) | (uint)chunk);
            Tensor clean = GeneratorParts.ToNetwork(group.Continuation(member)[chunk]);
            int first = random.NextInt(levels.Count);
            for (int draw = 0; draw < recipe.Draws; draw++)
            {
                int step = recipe.Timesteps == ForwardTimesteps.Sampler ? (first + draw) % levels.Count : -1;

                // Never zero: there is nothing to predict where there is no noise.
                float sigma = step >= 0 ? levels.Sigmas[step] : (float)SigmaGrids.Shift(1 - random.NextDouble(), shift);
                float timestep = step >= 0 ? levels.Timesteps[step] : sigma * FlowMatchSchedule.TrainTimesteps;
                Tensor noise = Tensor.Empty(clean.Shape), x = Tensor.Empty(clean.Shape), target = Tensor.Empty(clean.Shape);
                random.FillNormal(noise.Span);
                FlowTimesteps.Mix(clean.Span, noise.Span, sigma, x.Span, target.Span);
                probes.Add(new Probe(chunk, step, x, timestep, sigma, target));
            }
        }
        return probes;
    }
}
