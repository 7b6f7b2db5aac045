namespace LongTake.Generation.Schedulers;

/// <summary>
/// First-order steps: x + (sigma_next - sigma) v. Levels are 1 - i/steps, shifted; timesteps stay fractional.
/// Source: wan-model.md 6.4.
/// </summary>
/// <param name="steps">Steps of a run, 1 to 1000.</param>
/// <param name="shift">Timestep shift.</param>
public sealed class FlowEuler(int steps, double shift = 5.0) : FlowSolver(SigmaGrids.Linear(steps, shift, 1.0), wholeTimesteps: false)
{
    /// <inheritdoc/>
    protected override void OnStep(ReadOnlySpan<float> velocity, Span<float> sample)
    {
        Move(Levels, Index, velocity, sample);
    }

    /// <summary>Moves a sample from a level to the next, in place.</summary>
    internal static void Move(ReadOnlySpan<float> sigmas, int level, ReadOnlySpan<float> velocity, Span<float> sample)
    {
        float stride = sigmas[level + 1] - sigmas[level];
        for (int i = 0; i < sample.Length; i++)
        {
            sample[i] += stride * velocity[i];
        }
    }
}
