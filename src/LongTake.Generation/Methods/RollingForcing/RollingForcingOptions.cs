using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Samplers.Rolling;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.RollingForcing;

/// <summary>
/// Rolling Forcing: a window of chunks at rising noise levels is denoised together, so that a chunk sees its neighbours on both sides
/// before it is final; of the past it sees a sink right before the newest frames.
/// Source: rolling-window-denoising.md.
/// </summary>
public sealed record RollingForcingOptions
{
    private const string Name = "rolling-forcing";

    /// <summary>The preset <c>rolling-forcing</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "Rolling Forcing: five chunks at rising noise levels denoised together, sink before the newest frames", settings =>
    {
        RollingWindow defaults = new();
        return new RollingForcingOptions
        {
            Rolling = new RollingWindow
            {
                Window = settings.Int("window", defaults.Window),
                Sink = settings.Int("sink", defaults.Sink),
                StepList = settings.Steps("steps", defaults.StepList),
                WarpStepList = settings.Switch("warp", defaults.WarpStepList),
                Shift = settings.Double("shift", defaults.Shift),
                Stagger = settings.Int("stagger", defaults.Stagger),
                CleanCall = settings.Choice("clean-call", defaults.CleanCall),
            },
        }.ToMethod() with
        {
            Noise = NoiseChoice.Read(settings),
        };
    })
    {
        Keeps = "3 sink frames and the newest 21, of which the window's call sees 3",
        Paper = "Rolling Forcing, arXiv 2509.25161",
        Fits = ModelFamilies.CausalFewStep,
    };

    /// <summary>Levels, stagger, and what is attended to. Default: the released model's.</summary>
    public RollingWindow Rolling { get; init; } = new();

    /// <summary>Makes the method. A new prompt acts at once on the chunks in flight too, as released.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public StreamingMethod ToMethod()
    {
        Rolling.Validate(Name);
        return new StreamingMethod
        {
            Name = Name,
            Rolling = Rolling,
            Context = run =>
            {
                Rolling.Validate(Name, run.ChunkFrames);
                return new SlidingWindowContext(Rolling.BufferFrames, Rolling.Sink);
            },
            Positions = _ => new BlockRelativePositions(),
            SceneChange = (_, kind) => kind == SceneChangeKind.Recache
                ? SceneAnswer.Refuse(
                    "the buffer in one call would reach beyond what the model attends to, and the chunks in flight would not be computed anew")
                : SceneAnswer.Usual(kind, Rolling.Sink),
        };
    }
}
