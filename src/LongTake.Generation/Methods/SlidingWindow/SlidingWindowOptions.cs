using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.SlidingWindow;

/// <summary>Where cached frames stand in time.</summary>
public enum PositionKind
{
    /// <summary>At their place in the video.</summary>
    Absolute,

    /// <summary>At their slot in the cache.</summary>
    Relative,

    /// <summary>The sink right before the recent frames, those at their place in the video.</summary>
    Adjacent,

    /// <summary>The newest frame at its place in the video, but not beyond an anchor; the others count back from it.</summary>
    Anchored,
}

/// <summary>What a change of the prompt does.</summary>
public enum PromptChangeKind
{
    /// <summary>Nothing but change cross-attention.</summary>
    Keep,

    /// <summary>Recompute the context under the new prompt; a sink keeps the old one.</summary>
    Recache,

    /// <summary>Recompute the context under the new prompt, the sink too.</summary>
    RecacheAll,

    /// <summary>Forget all but the first frame and the newest two.</summary>
    Flush,
}

/// <summary>A window over the newest latent frames, with every part open to choice.</summary>
public sealed record SlidingWindowOptions
{
    /// <summary>The preset <c>sliding-window</c>.</summary>
    public static MethodPreset Preset { get; } = new("sliding-window", "attend to the newest frames, with an optional sink", settings =>
    {
        SlidingWindowOptions defaults = new();
        return new SlidingWindowOptions
        {
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            Positions = settings.Choice("positions", defaults.Positions),
            Anchor = settings.Int("anchor", defaults.Anchor),
            PromptChange = settings.Choice("prompt-change", defaults.PromptChange),
        }.ToMethod();
    })
    {
        Keeps = "the newest 21 frames, a sink if wanted",
        Paper = "common practice",
    };

    /// <summary>
    /// Latent frames attended to, sink and current chunk included. Default 21, the length that the base models were trained on.
    /// </summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default 0.</summary>
    public int Sink { get; init; }

    /// <summary>Where frames stand in time. Default: at their place in the video.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Absolute;

    /// <summary>The largest position, where positions are anchored. Default 21.</summary>
    public int Anchor { get; init; } = AnchoredPositions.DefaultAnchor;

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Window and sink conflict, or the anchor is negative.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow("sliding-window", Window, Sink);
        if (Anchor < 0)
        {
            throw new ArgumentException($"sliding-window: anchor is {Anchor}; it is a position in latent frames and at least 0.");
        }
        return new StreamingMethod
        {
            Name = "sliding-window",
            Context = run =>
            {
                MethodPresets.CheckWindow("sliding-window", Window, Sink, run.ChunkFrames);
                return new SlidingWindowContext(Window, Sink);
            },
            Positions = _ => Positions switch
            {
                PositionKind.Relative => new BlockRelativePositions(),
                PositionKind.Adjacent => new SinkAdjacentPositions(Sink),
                PositionKind.Anchored => new AnchoredPositions(Anchor),
                _ => new AbsolutePositions(),
            },
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }
}
