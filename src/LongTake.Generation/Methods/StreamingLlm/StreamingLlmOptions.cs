using LongTake.Generation.Methods.SlidingWindow;

namespace LongTake.Generation.Methods.StreamingLlm;

/// <summary>
/// StreamingLLM carried over from tokens to latent frames: the first frames and the newest ones, numbered by their place in the cache. The
/// sink has 4 by default, as many as the original keeps tokens.
/// Source: kv-cache-strategies.md 3.3.
/// </summary>
public sealed record StreamingLlmOptions() : SinkWindowOptions(Name, 4)
{
    private const string Name = "streaming-llm";

    /// <summary>The preset <c>streaming-llm</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "StreamingLLM: the first and the newest frames, numbered by their place in the cache", settings => new StreamingLlmOptions().With(settings))
    {
        Keeps = "4 sink frames and the newest 17",
        Paper = "StreamingLLM, arXiv 2309.17453",
    };
}
