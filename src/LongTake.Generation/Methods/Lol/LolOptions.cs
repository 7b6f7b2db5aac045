using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Lol;

/// <summary>
/// LoL, without training: LongLive's window and sink, with a rotary base of its own for each head, so that the sink does not look near to all heads
/// at the same time. The context is recomputed when the prompt changes.
/// Source: kv-cache-strategies.md 3.8 (arXiv 2601.16914).
/// </summary>
public sealed record LolOptions
{
    /// <summary>The preset <c>lol</c>.</summary>
    public static MethodPreset Preset { get; } = new("lol", "LoL: window 12 with a sink of 3, heads with rotary bases of their own", settings =>
    {
        LolOptions defaults = new();
        return new LolOptions
        {
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            Jitter = settings.Double("jitter", defaults.Jitter),
            SinkScope = settings.Choice("sink-scope", defaults.SinkScope),
        }.ToMethod();
    })
    {
        Keeps = "3 sink frames and the newest 9",
        Paper = "LoL, arXiv 2601.16914",
    };

    /// <summary>Latent frames attended to, sink and current chunk included. Default 12.</summary>
    public int Window { get; init; } = 12;

    /// <summary>First latent frames of the video that stay. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>How far the bases of heads differ: b (1 + jitter e), e uniform in [-1, 1]. Default 0.8; at 0 all heads are alike.</summary>
    public double Jitter { get; init; } = 0.8;

    /// <summary>What happens to the sink when the prompt changes. Default: it stays.</summary>
    public SinkScope SinkScope { get; init; } = SinkScope.Global;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Window and sink conflict, or the jitter is out of its range.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow("lol", Window, Sink);
        _ = new JitteredFrequencies(Jitter, 0);
        return new StreamingMethod
        {
            Name = "lol",
            Context = MethodPresets.Window("lol", Window, Sink),
            Frequencies = run => new JitteredFrequencies(Jitter, run.Seed),
            PromptChange = _ => new RecacheContext(SinkScope == SinkScope.Global ? Sink : 0),
        };
    }
}
