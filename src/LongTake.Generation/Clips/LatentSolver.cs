using LongTake.Generation.Samplers;

namespace LongTake.Generation.Clips;

/// <summary>
/// Moves single latents from noise level to noise level, each at a level of its own. Level 0 is pure noise, level <see cref="Steps"/> is clean. What a
/// multistep solver remembers of a latent is kept by the caller and goes where the latent goes. Source: miga.md 3.
/// </summary>
public abstract class LatentSolver
{
    /// <summary>Steps from noise to clean (T).</summary>
    public abstract int Steps { get; }

    /// <summary>Latents of history that a latent in work needs beside itself. 0 for solvers of one step.</summary>
    public virtual int HistoryLatents => 0;

    /// <summary>Whether <see cref="Step"/> adds noise.</summary>
    public virtual bool NeedsNoise => false;

    /// <summary>The solver of a sampler.</summary>
    /// <exception cref="ArgumentException">The sampler has no form with a level for each latent.</exception>
    public static LatentSolver For(SamplerOptions sampler) => sampler.Kind switch
    {
        SamplerKind.Euler => new LatentEuler(sampler.Steps, sampler.Shift),
        SamplerKind.UniPC => new LatentUniPC(sampler.Steps, sampler.Shift, sampler.Order),
        SamplerKind.DpmSolver => throw new ArgumentException(
            "Latents at noise levels of their own are denoised with euler or unipc; DPM-Solver++ has no such form here. Set --sampler unipc."),
        _ => throw new ArgumentException(
            "Few-step sampling is for distilled models; clip methods need a bidirectional model of many steps. Set --sampler unipc or euler."),
    };

    /// <summary>What the network is told at a level, 0 to <see cref="Steps"/>: of clean latents, which are context only, the timestep of no noise.</summary>
    public abstract float Timestep(int level);

    /// <summary>Noises a clean latent to a level.</summary>
    /// <param name="clean">The latent.</param>
    /// <param name="noise">Standard normal numbers.</param>
    /// <param name="level">0 to <see cref="Steps"/>.</param>
    /// <param name="noisy">Takes the result; may be one of the inputs.</param>
    public abstract void AddNoise(ReadOnlySpan<float> clean, ReadOnlySpan<float> noise, int level, Span<float> noisy);

    /// <summary>The network's estimate of the clean latent.</summary>
    /// <param name="sample">The latent at its level.</param>
    /// <param name="prediction">The network's output.</param>
    /// <param name="level">0 to <see cref="Steps"/> - 1.</param>
    /// <param name="clean">Takes the result; may be one of the inputs.</param>
    public abstract void ToClean(ReadOnlySpan<float> sample, ReadOnlySpan<float> prediction, int level, Span<float> clean);

    /// <summary>Moves a latent to the next level, in place.</summary>
    /// <param name="level">Its level, 0 to <see cref="Steps"/> - 1.</param>
    /// <param name="prediction">The network's output for it.</param>
    /// <param name="sample">The latent.</param>
    /// <param name="history"><see cref="HistoryLatents"/> latents, kept from step to step; their contents mean nothing while <paramref name="memory"/> is empty.</param>
    /// <param name="memory">The rest of what is remembered; <c>default</c> for a latent without a history.</param>
    /// <param name="noise">Standard normal numbers if <see cref="NeedsNoise"/>; else empty.</param>
    public abstract void Step(
        int level, ReadOnlySpan<float> prediction, Span<float> sample, Span<float> history, ref SolverMemory memory, ReadOnlySpan<float> noise);
}
