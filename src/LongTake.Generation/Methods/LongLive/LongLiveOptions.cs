using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.LongLive;

/// <summary>What happens to the sink when the prompt changes.</summary>
public enum SinkScope
{
    /// <summary>It stays, under the first prompt.</summary>
    Global,

    /// <summary>It is rebuilt from the oldest frames of the window, under the new prompt.</summary>
    Reset,
}

/// <summary>
/// LongLive 1.x: a short window, a sink of the first chunk, and re-caching when the prompt changes.
/// Source: autoregressive-streaming.md 6.
/// </summary>
public sealed record LongLiveOptions
{
    /// <summary>The preset <c>longlive</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        "longlive",
        "LongLive 1.x: window 12 with a sink of 3, context recomputed at a new prompt",
        settings => From(settings, infinite: false))
    {
        Keeps = "3 sink frames and the newest 9",
        Paper = "LongLive, arXiv 2509.22622",
    };

    /// <summary>The preset <c>longlive-infinity</c>.</summary>
    public static MethodPreset InfinityPreset { get; } = new(
        "longlive-infinity",
        "LongLive 1.x with positions relative to the window: no largest length",
        settings => From(settings, infinite: true))
    {
        Keeps = "3 sink frames and the newest 9",
        Paper = "LongLive, arXiv 2509.22622",
    };

    /// <summary>Latent frames attended to, sink and current chunk included. Default 12.</summary>
    public int Window { get; init; } = 12;

    /// <summary>First latent frames of the video that stay. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>What happens to the sink when the prompt changes. Default: it stays.</summary>
    public SinkScope SinkScope { get; init; } = SinkScope.Global;

    /// <summary>Whether frames stand at their slot in the window rather than at their place in the video. Default false.</summary>
    public bool Infinite { get; init; }

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Window and sink conflict.</exception>
    public StreamingMethod ToMethod()
    {
        string name = Infinite ? "longlive-infinity" : "longlive";
        MethodPresets.CheckWindow(name, Window, Sink);
        return new StreamingMethod
        {
            Name = name,
            Context = MethodPresets.Window(name, Window, Sink),
            Positions = _ => Infinite ? new BlockRelativePositions() : new AbsolutePositions(),
            PromptChange = _ => new RecacheContext(SinkScope == SinkScope.Global ? Sink : 0),
        };
    }

    private static StreamingMethod From(MethodSettings settings, bool infinite)
    {
        LongLiveOptions defaults = new();
        return new LongLiveOptions
        {
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            SinkScope = settings.Choice("sink-scope", defaults.SinkScope),
            Infinite = infinite,
        }.ToMethod();
    }
}
