using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;

namespace LongTake.Generation.Methods.FreePca;

/// <summary>
/// FreePCA: self-attention in windows, in which the principal components over time that agree with attention over the whole video are taken
/// from the latter. What agrees is how things look; what does not is how they move.
/// Source: fifo-and-sliding-window.md 7.
/// </summary>
public sealed record FreePcaOptions
{
    private const string Name = "freepca";

    /// <summary>The preset <c>freepca</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "FreePCA: windows take the principal components that agree with global self-attention", settings =>
    {
        FreePcaOptions o = new();
        return new FreePcaOptions
        {
            Window = settings.Int("window", o.Window),
            Stride = settings.Int("stride", o.Stride),
            Components = settings.Int("components", o.Components),
            LowestTimestep = settings.Double("lowest-timestep", o.LowestTimestep),
            SharedMean = settings.Switch("shared-mean", o.SharedMean),
        }.ToMethod();
    })
    {
        Keeps = "all latents of the video; self-attention in windows of a trained clip",
        Paper = "FreePCA, arXiv 2505.01172",
    };

    /// <summary>Latents of a window, at least 2. Default 0: the length that the model was trained on.</summary>
    public int Window { get; init; }

    /// <summary>Latents from one window to the next. Default 0: a quarter of the window, as published.</summary>
    public int Stride { get; init; }

    /// <summary>Most components that a window takes from the global branch; the k-th window after the first takes k at most. Default 3.</summary>
    public int Components { get; init; } = 3;

    /// <summary>Timestep, 0 to 1000, up to which windows are left as they are. Default 250.</summary>
    public double LowestTimestep { get; init; } = 250;

    /// <summary>Whether blocks of noise share the mean over time of the first; independent noise otherwise. Default true.</summary>
    public bool SharedMean { get; init; } = true;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        WindowOptions.Check(Name, Window, Stride);
        CheckWindow(Window);
        if (Components < 0)
        {
            throw new ArgumentException(
                $"{Name}: components is {Components}; it is at least 0 (3 in the paper; at 0 only means over time are taken over).");
        }
        if (Window > 0 && Components > Window)
        {
            throw new ArgumentException(
                $"{Name}: components {Components} conflicts with window {Window}, which has no more of them; make it at most {Window}.");
        }
        if (!(LowestTimestep >= 0 && LowestTimestep <= 1000))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: lowest-timestep is {LowestTimestep}; it lies between 0 (always mix) and 1000 (never)."));
        }
        return new SinglePassMethod(Name)
        {
            Check = run => Windows(run),
            ExtraBytes = WholeVideoPlan.BranchBytes,
            Noise = run => SharedMean ? new SharedMeanNoise(run.Seed, Windows(run).Size) : new CounterNoise(run.Seed),
            Attention = (run, rotary, grid) =>
                new PrincipalMixAttention(rotary, grid, Windows(run).Size, Windows(run).Stride, Components, LowestTimestep),
        }.ToMethod();
    }

    private static void CheckWindow(int window)
    {
        if (window == 1)
        {
            throw new ArgumentException($"{Name}: window is 1, but a single latent has no components over time; make it at least 2.");
        }
    }

    private WindowOptions Windows(ClipRunInfo run)
    {
        WindowOptions windows = WindowOptions.Resolve(Name, run, Window, Stride);
        CheckWindow(windows.Size);
        return windows;
    }
}
