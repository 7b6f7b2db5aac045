using LongTake.Alignment.Branches;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Tensors;

namespace LongTake.Alignment.Baselines;

/// <summary>A sampler that takes steps of its own through a stretch of the video and records them; elsewhere it is the sampler of generation.</summary>
/// <param name="deployed">The sampler of generation.</param>
internal abstract class RecordingSampler(IChunkSampler deployed) : IChunkSampler
{
    private Trajectory? _trajectory;
    private long _from;
    private long _to;

    /// <inheritdoc/>
    public int Evaluations => deployed.Evaluations;

    /// <inheritdoc/>
    public int Redraws => deployed.Redraws;

    /// <summary>Begins a member.</summary>
    /// <param name="trajectory">Takes the steps; null for generation as it is.</param>
    /// <param name="from">First latent frame of the stretch.</param>
    /// <param name="to">First after it.</param>
    public void Begin(Trajectory? trajectory, long from, long to) => (_trajectory, _from, _to) = (trajectory, from, to);

    /// <inheritdoc/>
    public void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x)
    {
        if (_trajectory is null || firstFrame < _from || firstFrame >= _to)
        {
            deployed.Denoise(network, noise, firstFrame, x);
        }
        else
        {
            Explore(network, noise, firstFrame, x, _trajectory);
        }
    }

    /// <summary>Denoises a chunk of the stretch in place and records every step.</summary>
    protected abstract void Explore(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x, Trajectory trajectory);
}
