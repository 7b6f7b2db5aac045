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
    public void Add(long firstFrame, Tensor x, Tensor velocity) => Append(firstFrame, new TrajectoryStep(Copy(x), Copy(velocity)));

    /// <summary>The same states with other velocities.</summary>
    /// <param name="velocityOf">Velocity [1, C, n, h, w] of a chunk's step; copied.</param>
    public Trajectory With(Func<int, int, ReadOnlySpan<float>> velocityOf)
    {
        Trajectory other = new();
        for (int chunk = 0; chunk < Count; chunk++)
        {
            for (int step = 0; step < Steps(chunk).Count; step++)
            {
                Tensor x = Steps(chunk)[step].X;
                Tensor velocity = TensorScope.Detach(Tensor.From(velocityOf(chunk, step), x.Shape));
                other.Append(FirstFrame(chunk), new TrajectoryStep(TensorScope.Detach(x.Clone()), velocity));
            }
        }
        return other;
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

    private void Append(long firstFrame, TrajectoryStep step)
    {
        if (_chunks.Count == 0 || _chunks[^1].FirstFrame != firstFrame)
        {
            _chunks.Add((firstFrame, []));
        }
        _chunks[^1].Steps.Add(step);
    }

    private static Tensor Copy(Tensor x) => TensorScope.Detach(GeneratorParts.ToNetwork(x));
}
