using LongTake.Generation.Clips;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;

namespace LongTake.Generation.Methods.GenLVideo;

/// <summary>What is averaged where windows overlap.</summary>
public enum CoDenoisingAverage
{
    /// <summary>The samples that windows step to, as published.</summary>
    Samples,

    /// <summary>The windows' predictions, which are then stepped with once.</summary>
    Predictions,
}

/// <summary>How much the places of a window count where windows overlap.</summary>
public enum CoDenoisingWeights
{
    /// <summary>All the same, as published.</summary>
    Uniform,

    /// <summary>Less towards the ends of a window.</summary>
    Triangular,
}

/// <summary>Noise that co-denoising begins with.</summary>
public enum CoDenoisingNoise
{
    /// <summary>Independent, as published.</summary>
    Iid,

    /// <summary>That of the first window, shuffled (FreeNoise).</summary>
    Rescheduled,
}

/// <summary>Which of the two forms gives the defaults.</summary>
public enum CoDenoisingForm
{
    /// <summary>Gen-L-Video: samples, uniform weights, windows that stay, independent noise.</summary>
    Published,

    /// <summary>For flow matching: predictions, triangular weights, windows that move from step to step, rescheduled noise.</summary>
    Flow,
}

/// <summary>
/// Gen-L-Video: every step is done in overlapping windows and averaged. Windows of one length need nothing of the model that a clip does not;
/// what lies in different windows is tied together by overlaps alone.
/// Source: fifo-and-sliding-window.md 3 and 3.1.
/// </summary>
public sealed record GenLVideoOptions
{
    private const string Name = "gen-l-video";

    // 8 of 16 in the library's defaults.
    private const int StrideParts = 2;

    /// <summary>The preset <c>gen-l-video</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "Gen-L-Video: steps in overlapping windows, averaged", settings =>
    {
        GenLVideoOptions o = For(settings.Choice("form", CoDenoisingForm.Published));
        return (o with
        {
            Window = settings.Int("window", o.Window),
            Stride = settings.Int("stride", o.Stride),
            Average = settings.Choice("average", o.Average),
            Weights = settings.Choice("weights", o.Weights),
            Moving = settings.Switch("moving", o.Moving),
            Noise = settings.Choice("noise", o.Noise),
        }).ToMethod();
    })
    {
        Keeps = "all latents of the video; calls of a trained clip",
        Paper = "Gen-L-Video, arXiv 2305.18264",
    };

    /// <summary>Latents of a window. Default 0: the length that the model was trained on.</summary>
    public int Window { get; init; }

    /// <summary>Latents from one window to the next. Default 0: half the window.</summary>
    public int Stride { get; init; }

    /// <summary>What is averaged. Default: samples.</summary>
    public CoDenoisingAverage Average { get; init; } = CoDenoisingAverage.Samples;

    /// <summary>How much the places of a window count. Default: all the same.</summary>
    public CoDenoisingWeights Weights { get; init; } = CoDenoisingWeights.Uniform;

    /// <summary>
    /// Whether windows start one latent further on in every step, up to the stride, so that their borders are not always the same. Default
    /// false.
    /// </summary>
    public bool Moving { get; init; }

    /// <summary>Noise that the run begins with. Default: independent.</summary>
    public CoDenoisingNoise Noise { get; init; } = CoDenoisingNoise.Iid;

    /// <summary>The defaults of a form.</summary>
    /// <param name="form">Which.</param>
    public static GenLVideoOptions For(CoDenoisingForm form) => form == CoDenoisingForm.Published
        ? new()
        : new()
        {
            Average = CoDenoisingAverage.Predictions,
            Weights = CoDenoisingWeights.Triangular,
            Moving = true,
            Noise = CoDenoisingNoise.Rescheduled,
        };

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        WindowOptions.Check(Name, Window, Stride);
        if (Moving && Stride == 1)
        {
            throw new ArgumentException(
                $"{Name}: moving=on has no effect with stride 1, at which windows start everywhere; leave it out or make the stride larger.");
        }
        return new ClipMethod
        {
            Name = Name,
            NeedsLength = true,
            Plan = run =>
            {
                int latents = WholeVideoPlan.Latents(run);
                CoDenoisingPlan plan = new(latents, Windows(run), this);
                return WholeVideoPlan.For(run, plan.Size, plan.Calls(run.Sampler.Steps), extraLatents: latents) with
                {
                    Remedy = "use a shorter video or a smaller picture, or fifo or miga, which hold a queue",
                };
            },
            Start = (run, network) =>
            {
                WindowOptions windows = Windows(run);
                WindowOptions blocks = windows with { Stride = Math.Max(1, windows.Size / WindowOptions.QuarterStride) };
                return new CoDenoisingStream(
                    run,
                    network,
                    blocks.Noise(run, Noise == CoDenoisingNoise.Rescheduled),
                    this,
                    new CoDenoisingPlan(WholeVideoPlan.Latents(run), windows, this));
            },
        };
    }

    private WindowOptions Windows(ClipRunInfo run) => WindowOptions.Resolve(Name, run, Window, Stride, StrideParts);
}
