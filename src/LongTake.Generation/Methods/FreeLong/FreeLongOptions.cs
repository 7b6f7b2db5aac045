using LongTake.Generation.Clips;
using LongTake.Generation.Spectra;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.FreeLong;

/// <summary>
/// FreeLong: self-attention takes low frequencies over time and space from attention over the whole video, which keeps it in one piece, and
/// high ones from attention over near frames, which keeps it sharp. The noise is FreeNoise's.
/// Source: fifo-and-sliding-window.md 5.
/// </summary>
public sealed record FreeLongOptions
{
    private const string Name = "freelong";

    /// <summary>The preset <c>freelong</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "FreeLong: low frequencies of global self-attention, high ones of local", settings =>
    {
        FreeLongOptions o = new();
        return new FreeLongOptions
        {
            Window = settings.Int("window", o.Window),
            Stride = settings.Int("stride", o.Stride),
            Alpha = settings.Int("alpha", o.Alpha),
            Edges = settings.Choice("edges", o.Edges),
            Temporal = settings.Double("d-t", o.Temporal),
            Spatial = settings.Double("d-s", o.Spatial),
            BlendSteps = settings.Double("blend-steps", o.BlendSteps),
            Reschedule = settings.Switch("reschedule", o.Reschedule),
        }.ToMethod();
    })
    {
        Keeps = "all latents of the video; details from half a trained clip to either side",
        Paper = "FreeLong, arXiv 2407.19918",
    };

    /// <summary>
    /// Latents up to which a video is a plain clip, and of a window of the noise. Default 0: the length that the model was trained on.
    /// </summary>
    public int Window { get; init; }

    /// <summary>Latents of a block of noise. Default 0: a quarter of the window, as published.</summary>
    public int Stride { get; init; }

    /// <summary>Latents to either side that the local branch sees. Default -1: half the window, rounded down.</summary>
    public int Alpha { get; init; } = -1;

    /// <summary>What the local branch sees near the ends of the video. Default: what is there.</summary>
    public BandEdges Edges { get; init; } = BandEdges.Truncate;

    /// <summary>Width of the low-pass over time, as a share of the highest frequency. Default 0.25.</summary>
    public double Temporal { get; init; } = 0.25;

    /// <summary>Width of the low-pass over rows and columns. Default 0.25.</summary>
    public double Spatial { get; init; } = 0.25;

    /// <summary>Share of the steps, from the first on, that blend; later ones have the local branch alone. Default 0.5 (25 of 50).</summary>
    public double BlendSteps { get; init; } = 0.5;

    /// <summary>Whether noise is that of the first window, shuffled; independent otherwise, as published for several prompts. Default true.</summary>
    public bool Reschedule { get; init; } = true;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        WindowOptions.Check(Name, Window, Stride);
        if (Alpha < -1)
        {
            throw new ArgumentException($"{Name}: alpha is {Alpha}; it counts latents to either side, or is -1 for half the window.");
        }
        if (!(Temporal >= 0 && Spatial >= 0))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: the low-pass has d-t {Temporal} and d-s {Spatial}; both are 0 or more (0.25 in the paper)."));
        }
        if (!(BlendSteps >= 0 && BlendSteps <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: blend-steps is {BlendSteps}; it is a share of the steps, 0 to 1 (0.5 in the paper)."));
        }
        if (!Reschedule && Stride != 0)
        {
            throw new ArgumentException($"{Name}: stride {Stride} has no effect with reschedule=off; leave one of them out.");
        }
        return new SinglePassMethod(Name)
        {
            Check = run => Windows(run),

            // Both branches of a layer, and the transforms of one piece a thread.
            ExtraBytes = run => WholeVideoPlan.BranchBytes(run) + (2L * sizeof(double) * WholeVideoPlan.Tokens(run) * Environment.ProcessorCount),
            Noise = run => Windows(run).Noise(run, Reschedule),
            Attention = (run, rotary, grid) => Attention(rotary, grid, Windows(run).Size),
        }.ToMethod();
    }

    private SpectralBlendAttention? Attention(RotaryEmbedding rotary, TokenGrid grid, int window)
    {
        if (grid.Frames <= window)
        {
            return null;
        }
        SpectralFilter filter = new(grid.Frames, grid.Height, grid.Width, Temporal, Spatial);
        return new SpectralBlendAttention(rotary, grid, Alpha < 0 ? window / 2 : Alpha, filter, Edges, BlendSteps);
    }

    private WindowOptions Windows(ClipRunInfo run) => WindowOptions.Resolve(Name, run, Window, Stride);
}
