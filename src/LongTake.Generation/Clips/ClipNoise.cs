using LongTake.Generation.Noise;

namespace LongTake.Generation.Clips;

/// <summary>
/// The random numbers of clip methods, addressed by seed, place in the video and purpose, so that no purpose disturbs another and a stopped run can go
/// on anywhere. Source: miga.md 7 (reproducibility).
/// </summary>
public static class ClipNoise
{
    private const int RenoiseDraw = 1;
    private const int RefinementDraw = 2;
    private const int CandidateSample = 1;
    private const int SolverSample = 248;

    /// <summary>Most candidates that can be drawn for one latent.</summary>
    public const int MostCandidates = 200;

    /// <summary>Most refinement passes.</summary>
    public const int MostRefinements = 200;

    /// <summary>Most steps of a solver that draws noise.</summary>
    public const int MostSolverSteps = FrameNoise.MaxDraws * (256 - SolverSample);

    /// <summary>What a latent frame starts from: the same numbers as <see cref="CounterNoise"/> gives the frame.</summary>
    public static void Initial(ulong seed, long place, Span<float> noise) => FrameNoise.Draw(seed, 0, place, 0, noise);

    /// <summary>What a clean latent of the first clip is noised with to enter the queue.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="place">Place in the queue, from 0: copies of one latent get different noise.</param>
    /// <param name="noise">Takes standard normal numbers.</param>
    public static void Renoise(ulong seed, long place, Span<float> noise) => FrameNoise.Draw(seed, 0, place, RenoiseDraw, noise);

    /// <summary>What a clean latent is noised with for a refinement pass.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="place">Place in the video.</param>
    /// <param name="pass">Number of the pass, from 0.</param>
    /// <param name="noise">Takes standard normal numbers.</param>
    public static void Refinement(ulong seed, long place, int pass, Span<float> noise) =>
        FrameNoise.Draw(seed, 0, place, RefinementDraw + pass, noise);

    /// <summary>What a candidate of a search starts from.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="place">Place in the video.</param>
    /// <param name="candidate">Number of the candidate, from 0 to below <see cref="MostCandidates"/>.</param>
    /// <param name="age">Tells apart the searches that one place takes part in, 0 to 255.</param>
    /// <param name="noise">Takes standard normal numbers.</param>
    public static void Candidate(ulong seed, long place, int candidate, int age, Span<float> noise)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(candidate, MostCandidates);
        FrameNoise.Draw(seed, CandidateSample + candidate, place, age, noise);
    }

    /// <summary>What a solver that is not deterministic adds in a step.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="place">Place in the video.</param>
    /// <param name="level">Level that the step starts from, below <see cref="MostSolverSteps"/>.</param>
    /// <param name="noise">Takes standard normal numbers.</param>
    public static void Solver(ulong seed, long place, int level, Span<float> noise) =>
        FrameNoise.Draw(seed, SolverSample + (level / FrameNoise.MaxDraws), place, level % FrameNoise.MaxDraws, noise);
}
