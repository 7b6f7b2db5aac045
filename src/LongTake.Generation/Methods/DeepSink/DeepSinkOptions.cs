using LongTake.Generation.Context;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.DeepSink;

/// <summary>
/// Deep Sink: half of the window is sink, placed right before the newest frames. The first part of Deep Forcing.
/// Source: kv-cache-strategies.md 3.6.
/// </summary>
public sealed record DeepSinkOptions
{
    private const string Name = "deep-sink";

    /// <summary>The preset <c>deep-sink</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "Deep Forcing without compression: half of the window is sink, contiguous positions", settings =>
    {
        DeepSinkOptions defaults = new();
        return new DeepSinkOptions
        {
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            PromptChange = settings.Choice("prompt-change", defaults.PromptChange),
        }.ToMethod();
    })
    {
        Keeps = "10 sink frames and the newest 11",
        Paper = "Deep Forcing, arXiv 2512.05081",
    };

    /// <summary>Latent frames attended to, sink and current chunk included. Default 21.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default 10; the paper measures best between 10 and 15 of 21.</summary>
    public int Sink { get; init; } = 10;

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Window and sink conflict.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow(Name, Window, Sink);
        return new StreamingMethod
        {
            Name = Name,
            Context = run =>
            {
                MethodPresets.CheckWindow(Name, Window, Sink, run.ChunkFrames);
                return new SlidingWindowContext(Window, Sink);
            },
            Positions = _ => new BlockRelativePositions(),
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }
}
