using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.DeepForcing;

/// <summary>
/// Deep Forcing, training-free: a deep sink, and participative compression of what lies between it and the newest frames.
/// Source: kv-cache-strategies.md 3.6 and 3.7.
/// </summary>
public sealed record DeepForcingOptions
{
    private const string PresetName = "deep-forcing";

    /// <summary>The preset <c>deep-forcing</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        PresetName, "Deep Forcing: a deep sink, and the tokens that the newest frames look at most", settings =>
        (Kept(settings) with { PromptChange = settings.Choice("prompt-change", PromptChangeKind.Keep) }).ToMethod())
    {
        Keeps = "10 sink frames, tokens worth 2 frames chosen in every layer, and the newest 4 to 9",
        Paper = "Deep Forcing, arXiv 2512.05081",
    };

    /// <summary>Name in messages and reports. Default <c>deep-forcing</c>.</summary>
    public string Name { get; init; } = PresetName;

    /// <summary>First latent frames of the video that stay. Default 10.</summary>
    public int Sink { get; init; } = 10;

    /// <summary>Latent frames left after a compression, current chunk included. Default 16.</summary>
    public int Budget { get; init; } = 16;

    /// <summary>Newest latent frames that stay whole and whose queries decide, current chunk included. Default 4.</summary>
    public int Recent { get; init; } = 4;

    /// <summary>Latent frames, current chunk included, above which the cache is compressed. Default 21.</summary>
    public int Trigger { get; init; } = 21;

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Frames' worth of chosen tokens: what the budget leaves beside sink and recent frames (2 by default).</summary>
    public int Top => Budget - Sink - Recent;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Values conflict.</exception>
    public StreamingMethod ToMethod()
    {
        Require(Sink >= 0, $"sink is {Sink}; it counts latent frames and is at least 0");
        Require(Recent >= 1, $"recent is {Recent}; it counts latent frames, the current chunk included, and is at least 1");
        Require(
            Top >= 1,
            $"budget {Budget} conflicts with sink {Sink} and recent {Recent}, beside which no tokens could be kept; make it at least {Sink + Recent + 1}");
        Require(Trigger >= Budget, $"trigger {Trigger} conflicts with budget {Budget}; the cache is compressed to the budget, so make the trigger at least that");
        PromptChange.CheckCanRecache(Name, "the chosen tokens, which would be older than the new sink");
        return new StreamingMethod
        {
            Name = Name,
            Context = run =>
            {
                Require(
                    Recent >= run.ChunkFrames,
                    $"recent {Recent} conflicts with chunks of {run.ChunkFrames}, which are among the recent frames; make it at least {run.ChunkFrames}");
                return new ParticipativeContext(Sink, Budget, Recent, Trigger, run.ChunkFrames);
            },
            Positions = _ => new BlockRelativePositions(),
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }

    /// <summary>Reads the settings of what is kept.</summary>
    internal static DeepForcingOptions Kept(MethodSettings settings, string name = PresetName)
    {
        DeepForcingOptions defaults = new();
        return new DeepForcingOptions
        {
            Name = name,
            Sink = settings.Int("sink", defaults.Sink),
            Budget = settings.Int("budget", defaults.Budget),
            Recent = settings.Int("recent", defaults.Recent),
            Trigger = settings.Int("trigger", defaults.Trigger),
        };
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{Name}: {otherwise}.");
        }
    }
}
