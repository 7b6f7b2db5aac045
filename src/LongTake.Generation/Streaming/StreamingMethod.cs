using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Noise;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Samplers.Rolling;
using LongTake.Generation.Views;

namespace LongTake.Generation.Streaming;

/// <summary>What the parts of a method may depend on when a run starts.</summary>
/// <param name="Seed">Seed of the video.</param>
/// <param name="ChunkFrames">Latent frames of a chunk.</param>
/// <param name="TotalFrames">Latent frames of the video; null while there is no end.</param>
public sealed record RunInfo(ulong Seed, int ChunkFrames, int? TotalFrames);

/// <summary>
/// A way to generate without end: one choice for each seam of the streaming generator. Presets are nothing but these; make your own by
/// replacing parts. Parts may keep state, so each run gets its own.
/// </summary>
public sealed record StreamingMethod
{
    /// <summary>Name in messages and reports.</summary>
    public required string Name { get; init; }

    /// <summary>What of the past is kept.</summary>
    public required Func<RunInfo, IContextPolicy> Context { get; init; }

    /// <summary>What of it is attended to. Default: everything.</summary>
    public Func<RunInfo, IViewPolicy> View { get; init; } = _ => new AllView();

    /// <summary>Where it stands in time. Default: at its place in the video.</summary>
    public Func<RunInfo, IPositionPolicy> Positions { get; init; } = _ => new AbsolutePositions();

    /// <summary>How positions become angles. Default: as in the model.</summary>
    public Func<RunInfo, IFrequencyPolicy> Frequencies { get; init; } = _ => new StandardFrequencies();

    /// <summary>Where noise comes from. Default: independent, a function of seed and frame.</summary>
    public Func<RunInfo, INoisePolicy> Noise { get; init; } = run => new CounterNoise(run.Seed);

    /// <summary>What a change of the prompt does to the context. Default: nothing.</summary>
    public Func<RunInfo, IPromptChangePolicy> PromptChange { get; init; } = _ => new KeepContext();

    /// <summary>
    /// What <see cref="SceneChangeKind.Recache"/> and <see cref="SceneChangeKind.Flush"/> mean where a scene asks for them, or why the method
    /// cannot do that. Default (null, or where it gives null): as the context answers (<see cref="IContextPolicy.Answer"/>). What the
    /// method's own <see cref="PromptChange"/> is, it can do in any case. Keeping and blending are always possible, cutting as the positions say.
    /// </summary>
    public Func<RunInfo, SceneChangeKind, SceneAnswer?>? SceneChange { get; init; }

    /// <summary>
    /// Denoises a window of chunks together, with noise that rises from the first to the last, in place of the model's sampler. Default
    /// (null): each chunk by itself.
    /// </summary>
    public RollingWindow? Rolling { get; init; }

    /// <summary>
    /// Why a story of so many scenes cannot be told; null if it can. Asked before a run starts, for methods that need something only where a
    /// scene changes. Default: any number can.
    /// </summary>
    public Func<int, string?> CannotTell { get; init; } = _ => null;

    /// <summary>What users should know of these settings before a run, a clause each. Default: nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the method was set to, for display: name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];
}
