using LongTake.Alignment.Baselines;
using LongTake.Alignment.Branches;
using LongTake.Alignment.Distillation;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;

namespace LongTake.Alignment.FlowGrpo;

/// <summary>The few-step sampler with a Gaussian draw at every step but the last, where it explores.</summary>
/// <param name="deployed">The sampler of generation.</param>
/// <param name="levels">Timesteps and noise levels.</param>
/// <param name="steps">The draws, one fewer than there are levels.</param>
internal sealed class StochasticSampler(IChunkSampler deployed, FewStepLevels levels, IReadOnlyList<GaussianStep> steps)
    : RecordingSampler(deployed)
{
    /// <inheritdoc/>
    protected override void Explore(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x, Trajectory trajectory)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor velocity = Tensor.Empty(x.Shape), fresh = Tensor.Empty(x.Shape);
        for (int k = 0; k < levels.Count; k++)
        {
            network.Velocity(x, levels.Timesteps[k], velocity);
            trajectory.Add(firstFrame, x, velocity);
            if (k < steps.Count)
            {
                noise.Renoise(firstFrame, k, fresh);
                steps[k].Draw(x.Span, velocity.Span, fresh.Span);
            }
            else
            {
                FlowMatchSchedule.ToClean(x.Span, velocity.Span, levels.Sigmas[k], x.Span);
            }
        }
    }
}
