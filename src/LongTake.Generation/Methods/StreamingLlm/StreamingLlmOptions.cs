using LongTake.Generation.Context;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.StreamingLlm;

/// <summary>
/// StreamingLLM carried over from tokens to latent frames: the first frames and the newest ones, numbered by their place in the cache.
/// Source: kv-cache-strategies.md 3.3.
/// </summary>
public sealed record StreamingLlmOptions
{
    private const string Name = "streaming-llm";

    /// <summary>The preset <c>streaming-llm</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "StreamingLLM: the first and the newest frames, numbered by their place in the cache", settings =>
    {
        StreamingLlmOptions defaults = new();
        return new StreamingLlmOptions
        {
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            PromptChange = settings.Choice("prompt-change", defaults.PromptChange),
        }.ToMethod();
    })
    {
        Keeps = "4 sink frames and the newest 17",
        Paper = "StreamingLLM, arXiv 2309.17453",
    };

    /// <summary>Latent frames attended to, sink and current chunk included. Default 21, the length that the base models were trained on.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default 4, as many as the original keeps tokens.</summary>
    public int Sink { get; init; } = 4;

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
