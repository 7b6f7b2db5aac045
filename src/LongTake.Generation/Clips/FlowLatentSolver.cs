using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Clips;

/// <summary>What solvers of flow matching have in common: x_sigma = (1 - sigma) x0 + sigma noise, and a network that predicts noise - x0.</summary>
public abstract class FlowLatentSolver : LatentSolver
{
    private readonly FlowSolver _grid;

    private protected FlowLatentSolver(FlowSolver grid) => _grid = grid;

    /// <inheritdoc/>
    public override int Steps => _grid.Steps;

    /// <summary>Steps + 1 noise levels, falling to 0.</summary>
    public IReadOnlyList<float> Sigmas => _grid.Sigmas;

    private protected ReadOnlySpan<float> Levels => _grid.Levels;

    /// <inheritdoc/>
    public override float Timestep(int level) => level == Steps ? 0 : _grid.Timesteps[level];

    /// <inheritdoc/>
    public override void AddNoise(ReadOnlySpan<float> clean, ReadOnlySpan<float> noise, int level, Span<float> noisy) =>
        FlowMatchSchedule.AddNoise(clean, noise, Levels[level], noisy);

    /// <inheritdoc/>
    public override void ToClean(ReadOnlySpan<float> sample, ReadOnlySpan<float> prediction, int level, Span<float> clean) =>
        FlowMatchSchedule.ToClean(sample, prediction, Levels[level], clean);
}
