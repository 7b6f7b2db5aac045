using LongTake.Generation.Samplers;
using LongTake.Tensors;

namespace LongTake.Alignment.Branches;

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

    private static Tensor Copy(Tensor x) => TensorScope.Detach(GeneratorParts.ToNetwork(x));
}
