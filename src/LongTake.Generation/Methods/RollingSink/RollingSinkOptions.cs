using LongTake.Generation.Context;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.RollingSink;

/// <summary>
/// Rolling Sink, training-free: a window whose first filling comes round for ever, forwards and backwards, beside the newest chunk.
/// Source: kv-cache-strategies.md 3.12.
/// </summary>
public sealed record RollingSinkOptions
{
    private const string PresetName = "rolling-sink";

    /// <summary>The preset <c>rolling-sink</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        PresetName, "Rolling Sink: the first window comes round for ever, beside the newest chunk", settings =>
        Kept(settings).ToMethod())
    {
        Keeps = "15 frames of the first window in turn, and the newest 6; the first 21 aside",
        Paper = "Rolling Sink, arXiv 2602.07775",
    };

    /// <summary>Name in messages and reports. Default <c>rolling-sink</c>.</summary>
    public string Name { get; init; } = PresetName;

    /// <summary>
    /// Latent frames attended to, current chunk included, and kept aside: a multiple of the chunk, at least three. Default 21, the length that
    /// the base models were trained on.
    /// </summary>
    public int Window { get; init; } = 21;

    /// <summary>Makes the method. A new prompt acts through cross-attention alone: what comes round cannot be computed anew.</summary>
    /// <exception cref="ArgumentException">The window is none. That it is one of whole chunks is checked when a run starts.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow(Name, Window, 0);
        return new StreamingMethod
        {
            Name = Name,
            Context = run => Window % run.ChunkFrames == 0 && Window >= 3 * run.ChunkFrames
                ? new RollingSinkContext(Window, run.ChunkFrames)
                : throw new ArgumentException(
                    $"{Name}: window {Window} conflicts with chunks of {run.ChunkFrames} latent frames, which come round whole; " +
                    $"make it a multiple of {run.ChunkFrames}, at least {3 * run.ChunkFrames}."),
            PromptChange = _ => new KeepContext(),
        };
    }

    /// <summary>Reads the settings of what is kept.</summary>
    internal static RollingSinkOptions Kept(MethodSettings settings, string name = PresetName) => new()
    {
        Name = name,
        Window = settings.Int("window", new RollingSinkOptions().Window),
    };
}
