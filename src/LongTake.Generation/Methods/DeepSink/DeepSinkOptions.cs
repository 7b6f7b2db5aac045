using LongTake.Generation.Methods.SlidingWindow;

namespace LongTake.Generation.Methods.DeepSink;

/// <summary>
/// Deep Sink: half of the window is sink, placed right before the newest frames. The first part of Deep Forcing. The sink has 10 frames by
/// default; the paper measures best between 10 and 15 of 21.
/// Source: kv-cache-strategies.md 3.6.
/// </summary>
public sealed record DeepSinkOptions() : SinkWindowOptions(Name, 10)
{
    private const string Name = "deep-sink";

    /// <summary>The preset <c>deep-sink</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "Deep Forcing without compression: half of the window is sink, contiguous positions", settings => new DeepSinkOptions().With(settings))
    {
        Keeps = "10 sink frames and the newest 11",
        Paper = "Deep Forcing, arXiv 2512.05081",
    };
}
