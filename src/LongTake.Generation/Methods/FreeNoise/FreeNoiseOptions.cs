using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;

namespace LongTake.Generation.Methods.FreeNoise;

/// <summary>
/// FreeNoise: the noise of the first window, shuffled, serves the whole video, and self-attention runs in overlapping windows whose results are
/// averaged; all other layers see the whole video.
/// Source: fifo-and-sliding-window.md 4.
/// </summary>
public sealed record FreeNoiseOptions
{
    private const string Name = "freenoise";

    // 4 of 16 in the paper.
    private const int StrideParts = 4;

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
        return new ClipMethod
        {
            Name = Name,
            NeedsLength = true,
            Plan = run =>
            {
                _ = Windows(run);
                return WholeVideoPlan.For(run, WholeVideoPlan.Latents(run));
            },
            Start = (run, network) =>
            {
                WindowOptions windows = Windows(run);
                INoisePolicy noise = Reschedule
                    ? new RescheduledNoise(run.Seed, WholeVideoPlan.Latents(run), windows.Size, windows.Stride)
                    : new CounterNoise(run.Seed);
                return new SinglePassStream(
                    run, network, noise, (rotary, grid) => Fusion ? new WindowFusionAttention(rotary, grid, windows.Size, windows.Stride) : null);
            },
        };
    }

    private WindowOptions Windows(ClipRunInfo run) => WindowOptions.Resolve(Name, run, Window, Stride, StrideParts);
}
