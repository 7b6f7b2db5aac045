using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// The teacher's sampler: Euler steps on the student's own schedule, so that the student's timesteps are places of the
/// trajectory; each chunk's states there, and its clean end, are handed out. Source: spec autoregressive-streaming.md 10.1.
/// </summary>
/// <param name="teacherSteps">Euler steps; every one of <paramref name="stepList"/> falls on one.</param>
/// <param name="shift">Timestep shift of the student.</param>
/// <param name="stepList">The student's steps, falling from at most 1000.</param>
/// <param name="keep">Told of every kept state.</param>
internal sealed class TrajectorySampler(int teacherSteps, double shift, IReadOnlyList<int> stepList, TrajectorySampler.Keeper keep)
    : IChunkSampler
{
    private readonly FlowEuler _solver = new(teacherSteps, shift);
    private readonly int[] _kept = [.. stepList.Select(s => (1000 - s) * teacherSteps / 1000)];

    /// <summary>Takes state number <paramref name="state"/> (K: the clean end) of a chunk, [B, n, C, H, W].</summary>
    public delegate void Keeper(long firstFrame, int state, Tensor x);

    /// <inheritdoc/>
    public int Evaluations => _solver.Steps;

    /// <inheritdoc/>
    public int Redraws => 0;

    /// <inheritdoc/>
    public void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor velocity = Tensor.Empty(x.Shape);
        _solver.Begin(checked((int)x.Count));
        int state = 0;
        for (int i = 0; i < _solver.Steps; i++)
        {
            if (state < _kept.Length && i == _kept[state])
            {
                keep(firstFrame, state++, x);
            }
            network.Velocity(x, _solver.Timesteps[i], velocity);
            _solver.Step(velocity.Span, x.Span);
        }
        keep(firstFrame, state, x);
    }
}
