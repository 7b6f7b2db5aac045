using LongTake.Generation.Noise;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;

namespace LongTake.Generation.Samplers;

/// <summary>
/// The sampler of models that were not distilled: a solver follows the flow in many steps. Its history starts afresh with every chunk.
/// </summary>
/// <param name="solver">Euler, UniPC or DPM-Solver++.</param>
public sealed class SolverSampler(FlowSolver solver) : IChunkSampler
{
    /// <inheritdoc/>
    public int Evaluations => solver.Steps;

    /// <inheritdoc/>
    public int Redraws => 0;

    /// <inheritdoc/>
    public void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor velocity = Tensor.Empty(x.Shape);
        solver.Begin(checked((int)x.Count));
        for (int i = 0; i < solver.Steps; i++)
        {
            network.Velocity(x, solver.Timesteps[i], velocity);
            solver.Step(velocity.Span, x.Span);
        }
    }
}
