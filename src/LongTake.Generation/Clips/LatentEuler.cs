using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Clips;

/// <summary>First-order steps along the flow, latent by latent; remembers nothing. Levels are those of <see cref="FlowEuler"/>. Source: miga.md 3.3.</summary>
/// <param name="steps">Steps, 1 to 1000.</param>
/// <param name="shift">Timestep shift.</param>
public sealed class LatentEuler(int steps, double shift = 5.0) : FlowLatentSolver(new FlowEuler(steps, shift))
{
    /// <inheritdoc/>
    public override void Step(
        int level, ReadOnlySpan<float> prediction, Span<float> sample, Span<float> history, ref SolverMemory memory, ReadOnlySpan<float> noise) =>
        FlowEuler.Move(Levels, level, prediction, sample);
}
