using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>One solver step of one chunk, as it happened.</summary>
/// <param name="X">What the network was given [1, C, n, H, W].</param>
/// <param name="Velocity">What it predicted, of the same shape.</param>
internal readonly record struct TrajectoryStep(Tensor X, Tensor Velocity);

/// <summary>
/// The solver steps of a branch, chunk by chunk, from the fork to the end of its section. In single precision: energies are small differences of
/// these. Source: spec kvpo, section 5.
/// </summary>
internal sealed class Trajectory : IDisposable
{
    private readonly List<(long FirstFrame, List<TrajectoryStep> Steps)> _chunks = [];

    /// <summary>Chunks recorded.</summary>
    public int Count => _chunks.Count;

    /// <summary>First latent frame of a chunk.</summary>
    public long FirstFrame(int chunk) => _chunks[chunk].FirstFrame;

    /// <summary>Steps of a chunk, in order.</summary>
    public IReadOnlyList<TrajectoryStep> Steps(int chunk) => _chunks[chunk].Steps;

    /// <summary>Copies a step of a chunk; a chunk's steps follow each other.</summary>
    /// <param name="firstFrame">First latent frame of the chunk.</param>
    /// <param name="x">[1, n, C, H, W].</param>
    /// <param name="velocity">Of the same shape.</param>
    public void Add(long firstFrame, Tensor x, Tensor velocity)
    {
        if (_chunks.Count == 0 || _chunks[^1].FirstFrame != firstFrame)
        {
            _chunks.Add((firstFrame, []));
        }
        _chunks[^1].Steps.Add(new TrajectoryStep(Copy(x), Copy(velocity)));
    }

    public void Dispose()
    {
        foreach (TrajectoryStep step in _chunks.SelectMany(c => c.Steps))
        {
            step.X.Dispose();
            step.Velocity.Dispose();
        }
        _chunks.Clear();
    }

    private static Tensor Copy(Tensor x)
    {
        Shape s = x.Shape;
        Tensor copy = TensorScope.Detach(Tensor.Empty([s[0], s[2], s[1], s[3], s[4]]));
        LatentLayout.Swap(x, copy);
        return copy;
    }
}

/// <summary>
/// A sampler that switches the route on for the perturbed chunks and records the steps of a stretch of the video; otherwise it is the sampler it
/// wraps.
/// </summary>
internal sealed class BranchSampler(IChunkSampler inner, HistoryRouting routing) : IChunkSampler
{
    private readonly Field _field = new(routing);

    /// <inheritdoc/>
    public int Evaluations => inner.Evaluations;

    /// <inheritdoc/>
    public int Redraws => inner.Redraws;

    /// <summary>Begins a branch.</summary>
    /// <param name="route">Frames that it reads; null for the anchor.</param>
    /// <param name="from">First latent frame of the perturbed stretch.</param>
    /// <param name="to">First after it.</param>
    /// <param name="steps">First solver steps of a chunk that follow the route.</param>
    /// <param name="recordTo">First latent frame that is not recorded any more.</param>
    /// <param name="trajectory">Takes the steps from <paramref name="from"/> on; null to record nothing.</param>
    public void Begin(int[]? route, long from, long to, int steps, long recordTo, Trajectory? trajectory)
    {
        routing.Route = route;
        routing.IsActive = false;
        _field.Set(from, to, steps, recordTo, trajectory);
    }

    /// <summary>Ends a branch, wherever it is: the next one starts without a route.</summary>
    public void End() => Begin(null, 0, 0, 0, 0, null);

    /// <inheritdoc/>
    public void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x)
    {
        _field.Start(network, firstFrame);
        inner.Denoise(_field, noise, firstFrame, x);
        // The pass that writes the clean keys and values follows the route as well; without it they would not be those of the branch.
        routing.IsActive = _field.IsPerturbed;
    }

    private sealed class Field(HistoryRouting routing) : IVelocityField
    {
        private IVelocityField? _network;
        private Trajectory? _trajectory;
        private long _from;
        private long _to;
        private long _recordTo;
        private long _firstFrame;
        private int _steps;
        private int _step;

        public bool IsPerturbed => routing.Route is not null && _firstFrame >= _from && _firstFrame < _to;

        public void Set(long from, long to, int steps, long recordTo, Trajectory? trajectory) =>
            (_from, _to, _steps, _recordTo, _trajectory) = (from, to, steps, recordTo, trajectory);

        public void Start(IVelocityField network, long firstFrame) => (_network, _firstFrame, _step) = (network, firstFrame, 0);

        public void Velocity(Tensor x, float timestep, Tensor velocity)
        {
            routing.IsActive = IsPerturbed && _step < _steps;
            _step++;
            _network!.Velocity(x, timestep, velocity);
            if (_firstFrame >= _from && _firstFrame < _recordTo)
            {
                _trajectory?.Add(_firstFrame, x, velocity);
            }
        }
    }
}
