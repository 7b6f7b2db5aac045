using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.SlidingWindow;

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

    /// <summary>Name in messages and reports. Default <c>sliding-window</c>.</summary>
    public string Name { get; init; } = "sliding-window";

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
        MethodPresets.CheckWindow(Name, Window, Sink);
        if (Anchor < 0)
        {
            throw new ArgumentException($"{Name}: anchor is {Anchor}; it is a position in latent frames and at least 0.");
        }
        return new StreamingMethod
        {
            Name = Name,
            Context = MethodPresets.Window(Name, Window, Sink),
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
