using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.InfinityRope;

/// <summary>
/// Infinity-RoPE on a model that was not trained for it: block-relativistic positions, KV flush at a new prompt, RoPE cut at a scene cut.
/// Source: autoregressive-streaming.md 7.
/// </summary>
public sealed record InfinityRopeOptions
{
    /// <summary>The preset <c>infinity-rope</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        "infinity-rope", "Infinity-RoPE: relative positions, flush at a new prompt, scene cuts", settings =>
    {
        InfinityRopeOptions defaults = new();
        return new InfinityRopeOptions
        {
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            FlushKeep = settings.Int("flush-keep", defaults.FlushKeep),
            CutPosition = settings.Int("cut-position", defaults.CutPosition),
        }.ToMethod();
    })
    {
        Keeps = "1 sink frame and the newest 5; after a new prompt the sink and the newest 2",
        Paper = "Infinity-RoPE, arXiv 2511.20649",
    };

    /// <summary>Latent frames attended to, sink and current chunk included. Default 6.</summary>
    public int Window { get; init; } = 6;

    /// <summary>First latent frames of the video that stay. Default 1.</summary>
    public int Sink { get; init; } = 1;

    /// <summary>
    /// Newest latent frames that outlive a new prompt, beside the sink. Default 2, as the reference code has it (the paper says 1).
    /// </summary>
    public int FlushKeep { get; init; } = 2;

    /// <summary>Temporal position of the first frame after a cut. Default 45.</summary>
    public int CutPosition { get; init; } = BlockRelativePositions.DefaultCutPosition;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Values conflict.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow("infinity-rope", Window, Sink);
        if (FlushKeep < 0 || Sink + FlushKeep > Window)
        {
            throw new ArgumentException(
                $"infinity-rope: flush-keep is {FlushKeep}; " +
                $"with sink {Sink} in a window of {Window} it lies between 0 and {Window - Sink}.");
        }
        if (CutPosition < Window)
        {
            throw new ArgumentException(
                $"infinity-rope: cut-position {CutPosition} lies inside the window of {Window}, so nothing would be cut; make it larger.");
        }
        return new StreamingMethod
        {
            Name = "infinity-rope",
            Context = MethodPresets.Window("infinity-rope", Window, Sink),
            Positions = _ => new BlockRelativePositions(CutPosition),
            PromptChange = _ => new FlushContext(Sink, FlushKeep),
        };
    }
}
