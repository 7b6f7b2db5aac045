using LongTake.Alignment.Branches;
using LongTake.Alignment.Distillation;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>What one branch does otherwise than the anchor.</summary>
/// <param name="Route">Frames that it reads; null for those of generation.</param>
/// <param name="NoiseSeed">Seed of its own noise; null for none.</param>
internal sealed record BranchAction(int[]? Route, ulong? NoiseSeed);

/// <summary>
/// A sampler that lets a branch go its own way in the perturbed chunks, and records the steps of a stretch of the video; otherwise it is the
/// sampler it wraps.
/// </summary>
/// <remarks>
/// What is recorded is what the network would be given in generation, with the noise that all branches share, and the velocity that leads from
/// there to the clean estimate of the branch. Where a branch has no noise of its own, these are the network's input and output.
/// </remarks>
/// <param name="inner">The sampler of generation.</param>
/// <param name="routing">What is read of the past.</param>
/// <param name="levels">Its noise levels.</param>
/// <param name="exploration">What makes branches differ.</param>
/// <param name="scale">Size of the noise.</param>
internal sealed class BranchSampler(
    IChunkSampler inner, HistoryRouting routing, FewStepLevels levels, KvpoExploration exploration, double scale) : IChunkSampler
{
    private readonly Field _field = new(routing, levels, exploration, scale);

    /// <inheritdoc/>
    public int Evaluations => inner.Evaluations;

    /// <inheritdoc/>
    public int Redraws => inner.Redraws;

    /// <summary>Begins a branch.</summary>
    /// <param name="action">What it does; null for the anchor.</param>
    /// <param name="from">First latent frame of the perturbed stretch.</param>
    /// <param name="to">First after it.</param>
    /// <param name="steps">First solver steps of a chunk that are perturbed.</param>
    /// <param name="recordTo">First latent frame that is not recorded any more.</param>
    /// <param name="trajectory">Takes the steps from <paramref name="from"/> on; null to record nothing.</param>
    public void Begin(BranchAction? action, long from, long to, int steps, long recordTo, Trajectory? trajectory)
    {
        routing.Route = action?.Route;
        routing.IsActive = false;
        _field.Set(action?.NoiseSeed, from, to, steps, recordTo, trajectory);
    }

    /// <summary>Ends a branch, wherever it is: the next one starts without a route.</summary>
    public void End() => Begin(null, 0, 0, 0, 0, null);

    /// <inheritdoc/>
    public void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x)
    {
        _field.Start(network, firstFrame);
        inner.Denoise(_field, noise, firstFrame, x);
        // The pass that writes the clean keys and values follows the route as well; without it they would not be those of the branch.
        routing.IsActive = _field.IsPerturbed && routing.Route is not null;
    }

    private sealed class Field(HistoryRouting routing, FewStepLevels levels, KvpoExploration exploration, double scale) : IVelocityField
    {
        private IVelocityField? _network;
        private Trajectory? _trajectory;
        private CounterNoise? _noise;
        private long _from;
        private long _to;
        private long _recordTo;
        private long _firstFrame;
        private int _steps;
        private int _step;

        public bool IsPerturbed => _firstFrame >= _from && _firstFrame < _to;

        public void Set(ulong? noiseSeed, long from, long to, int steps, long recordTo, Trajectory? trajectory)
        {
            _noise = noiseSeed is ulong seed ? new CounterNoise(seed) : null;
            (_from, _to, _steps, _recordTo, _trajectory) = (from, to, steps, recordTo, trajectory);
        }

        public void Start(IVelocityField network, long firstFrame) => (_network, _firstFrame, _step) = (network, firstFrame, 0);

        public void Velocity(Tensor x, float timestep, Tensor velocity)
        {
            int step = _step++;
            bool perturbed = IsPerturbed && step < _steps;
            bool records = _firstFrame >= _from && _firstFrame < _recordTo && _trajectory is not null;
            routing.IsActive = perturbed && routing.Route is not null;
            if (!(perturbed && _noise is not null && (exploration == KvpoExploration.Noise ? step == 0 : step > 0)))
            {
                _network!.Velocity(x, timestep, velocity);
                if (records)
                {
                    _trajectory!.Add(_firstFrame, x, velocity);
                }
                return;
            }
            using Tensor shared = TensorScope.Detach(x.Clone()), own = TensorScope.Detach(Tensor.Empty(x.Shape));
            _noise.Renoise(_firstFrame, step, own);
            Perturb(own.Span, x.Span);
            _network!.Velocity(x, timestep, velocity);
            if (records)
            {
                // From the shared state to the branch's clean estimate x - sigma v.
                ReadOnlySpan<float> used = velocity.Span, given = x.Span, from = shared.Span;
                double sigma = levels.Sigmas[step];
                for (int i = 0; i < from.Length; i++)
                {
                    own.Span[i] = (float)(used[i] + (((double)from[i] - given[i]) / sigma));
                }
                _trajectory!.Add(_firstFrame, shared, own);
            }
        }

        /// <summary>Turns initial noise, which keeps its deviation; adds to what later steps are given.</summary>
        private void Perturb(ReadOnlySpan<float> own, Span<float> x)
        {
            float keep = exploration == KvpoExploration.Noise ? (float)Math.Sqrt(1 - (scale * scale)) : 1, add = (float)scale;
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = (keep * x[i]) + (add * own[i]);
            }
        }
    }
}
