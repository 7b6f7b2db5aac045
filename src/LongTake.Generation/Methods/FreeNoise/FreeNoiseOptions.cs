using LongTake.Generation.Clips;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;

namespace LongTake.Generation.Methods.FreeNoise;

/// <summary>
/// FreeNoise: the noise of the first window, shuffled, serves the whole video, and self-attention runs in overlapping windows whose results are
/// averaged; all other layers see the whole video. Several prompts go over into each other, and the first layers are under the last of them
/// (<see cref="MotionInjection"/>).
/// Source: fifo-and-sliding-window.md 4.
/// </summary>
public sealed record FreeNoiseOptions
{
    private const string Name = "freenoise";

    // Of two scenes of half a video each, the first 3/8 of the video are under one prompt and the last 3/8 under the other.
    private const double DefaultBlend = 0.25;

    // Steps 5 to 15 of 50.
    private const double DefaultPlainFrom = 0.1;
    private const double DefaultPlainTo = 0.32;

    // Encoder and middle of a U-Net.
    private const double DefaultInjectedLayers = 0.5;

    /// <summary>The preset <c>freenoise</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "FreeNoise: shuffled noise of the first window, self-attention in fused windows", settings =>
    {
        FreeNoiseOptions o = new();
        return new FreeNoiseOptions
        {
            Window = settings.Int("window", o.Window),
            Stride = settings.Int("stride", o.Stride),
            Reschedule = settings.Switch("reschedule", o.Reschedule),
            Fusion = settings.Switch("fusion", o.Fusion),
            Injection = settings.Switch("motion-injection", o.Injection),
            Blend = settings.Double("blend", o.Blend),
            PlainFrom = settings.Double("plain-from", o.PlainFrom),
            PlainTo = settings.Double("plain-to", o.PlainTo),
            InjectedLayers = settings.Double("injected-layers", o.InjectedLayers),
        }.ToMethod();
    })
    {
        Keeps = "all latents of the video; self-attention in windows of a trained clip",
        Paper = "FreeNoise, arXiv 2310.15169",
    };

    /// <summary>Latents of a window. Default 0: the length that the model was trained on.</summary>
    public int Window { get; init; }

    /// <summary>Latents from one window to the next, and of a block of noise. Default 0: a quarter of the window, as published.</summary>
    public int Stride { get; init; }

    /// <summary>Whether noise is that of the first window, shuffled; independent otherwise. Default true.</summary>
    public bool Reschedule { get; init; } = true;

    /// <summary>Whether self-attention runs in windows; over the whole video otherwise. Default true.</summary>
    public bool Fusion { get; init; } = true;

    /// <summary>
    /// Whether several prompts are told by motion injection; each latent is under its scene's prompt in all layers otherwise. Makes no difference with
    /// one prompt. Default true.
    /// </summary>
    public bool Injection { get; init; } = true;

    /// <summary>
    /// With motion injection, the share of a scene, at each end that borders on another, over which prompts go over into each other latent by latent, 0 to
    /// 0.5. Scenes that say themselves how they take over (keep, blend) are not touched. Default 0.25: of two scenes of one length, the last and the
    /// first eighth of the video, as published.
    /// </summary>
    public double Blend { get; init; } = DefaultBlend;

    /// <summary>
    /// With motion injection, the share of the steps after which all layers see each latent's own prompt; before, <see cref="InjectedLayers"/> see the
    /// last prompt. Default 0.1: 5 of 50, as published.
    /// </summary>
    public double PlainFrom { get; init; } = DefaultPlainFrom;

    /// <summary>The share of the steps up to which they do, at least <see cref="PlainFrom"/>. Default 0.32: 16 of 50, as published.</summary>
    public double PlainTo { get; init; } = DefaultPlainTo;

    /// <summary>
    /// Share of the blocks, from the first on and rounded up, that see the last prompt in the other steps, above 0 to 1. Default 0.5: they stand for the
    /// encoder and the middle of the U-Net that the paper has.
    /// </summary>
    public double InjectedLayers { get; init; } = DefaultInjectedLayers;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        WindowOptions.Check(Name, Window, Stride);
        if (!Reschedule && !Fusion)
        {
            throw new ArgumentException(
                $"{Name}: with reschedule=off and fusion=off nothing is left of it; leave one on, or use the method 'direct'.");
        }
        CheckInjection();
        MotionInjection injection = new(PlainFrom, PlainTo, InjectedLayers);
        return new SinglePassMethod(Name)
        {
            Check = run => Windows(run),
            Noise = run => Windows(run).Noise(run, Reschedule),
            Attention = (run, rotary, grid) => Fusion ? new WindowFusionAttention(rotary, grid, Windows(run).Size, Windows(run).Stride) : null,
            Prepare = Injection ? (run, step, call) => injection.Apply(call, run, step) : null,
        }.ToMethod() with
        {
            SceneBlend = Injection ? Blend : 0,
        };
    }

    private void CheckInjection()
    {
        if (!Injection)
        {
            string? idle = Blend != DefaultBlend ? "blend"
                : PlainFrom != DefaultPlainFrom ? "plain-from"
                : PlainTo != DefaultPlainTo ? "plain-to"
                : InjectedLayers != DefaultInjectedLayers ? "injected-layers"
                : null;
            if (idle is not null)
            {
                throw new ArgumentException($"{Name}: {idle} has no effect with motion-injection=off; leave one of them out.");
            }
        }
        if (!(Blend >= 0 && Blend <= 0.5))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: blend is {Blend}; it is the share of a scene at either end, 0 (prompts change at once) to 0.5 (0.25 in the paper)."));
        }
        if (!(PlainFrom >= 0 && PlainFrom <= PlainTo && PlainTo <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: plain-from {PlainFrom} and plain-to {PlainTo} are shares of the steps, 0 to 1, in this order (0.1 and 0.32 in the paper)."));
        }
        if (!(InjectedLayers > 0 && InjectedLayers <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: injected-layers is {InjectedLayers}; it is a share of the blocks, above 0 to 1 (0.5), ") +
                "and without any there is motion-injection=off.");
        }
    }

    private WindowOptions Windows(ClipRunInfo run) => WindowOptions.Resolve(Name, run, Window, Stride);
}
