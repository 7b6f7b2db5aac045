using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Fifo;

/// <summary>
/// FIFO-Diffusion: a queue in which every latent is one noise level noisier than the one before it. A pass lowers all by one level, the head leaves clean, noise
/// enters at the tail. Source: fifo-and-sliding-window.md 2 (arXiv 2405.11473), in its form for flow matching (2.6).
/// </summary>
public sealed record FifoOptions
{
    private const string Name = "fifo";

    /// <summary>The preset <c>fifo</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "FIFO-Diffusion: an endless queue of latents, each one noise level noisier than the one before", settings =>
    {
        FifoOptions defaults = new();
        return new FifoOptions
        {
            Partitions = settings.Int("partitions", defaults.Partitions),
            Windowing = settings.Choice("windows", defaults.Windowing),
            Stride = settings.Int("stride", defaults.Stride),
            Passes = settings.Choice("passes", defaults.Passes),
            Prompts = settings.Choice("prompts", defaults.Prompts),
        }.ToMethod();
    })
    {
        Keeps = "half a clip of finished latents before a queue of 3 clips",
        Paper = "FIFO-Diffusion, arXiv 2405.11473",
    };

    /// <summary>Blocks of the queue (n), 1 to 16; the sampler takes n times f0 steps. Default 3, which are 63 steps for clips of 21 latents.</summary>
    public int Partitions { get; init; } = 3;

    /// <summary>How the queue is cut into calls. Default: lookahead denoising.</summary>
    public FifoWindowing Windowing { get; init; } = FifoWindowing.Lookahead;

    /// <summary>Latents that a window keeps, for <see cref="FifoWindowing.KeepFirst"/> alone; 0 (the default) for half a clip.</summary>
    public int Stride { get; init; }

    /// <summary>When results take effect. It makes no difference to the result. Default: after the pass.</summary>
    public PassOrder Passes { get; init; } = PassOrder.Shadow;

    /// <summary>Which prompt a call is under. Default: the whole queue under that of the latent that leaves next, as in the authors' code.</summary>
    public PromptRule Prompts { get; init; } = PromptRule.Queue;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        if (Partitions is < 1 or > 16)
        {
            throw new ArgumentException($"{Name}: partitions is {Partitions}; it lies between 1 and 16.");
        }
        if (Stride < 0)
        {
            throw new ArgumentException($"{Name}: stride is {Stride}; it is at least 1 latent, or 0 for half a clip.");
        }
        if (Stride > 0 && Windowing != FifoWindowing.KeepFirst)
        {
            throw new ArgumentException($"{Name}: stride is for windows=keep-first; leave it out or set windows=keep-first.");
        }
        return new ClipMethod
        {
            Name = Name,
            Steps = StepsFor,
            Plan = Plan,
            Start = (run, network) => new FifoStream(this, run, network),
        };
    }

    /// <summary>Steps of the sampler: one for each latent of the queue.</summary>
    internal int StepsFor(int clipFrames) => Partitions * clipFrames;

    internal int StrideFor(int clipFrames) => Stride > 0 ? Stride : Math.Max(1, clipFrames / 2);

    private ClipPlan Plan(ClipRunInfo run)
    {
        int frames = run.ClipFrames;
        if (StepsFor(frames) > 1000)
        {
            throw new ArgumentException(
                $"{Name}: partitions {Partitions} with clips of {frames} latents make {StepsFor(frames)} steps; a sampler has at most 1000. Set partitions lower.");
        }
        if (StrideFor(frames) > frames)
        {
            throw new ArgumentException($"{Name}: stride {Stride} is larger than the window of {frames} latents; make it at most {frames}.");
        }
        if (run.Latents < frames)
        {
            throw new ArgumentException(
                $"{Name}: a video of {run.Latents} latents is shorter than the clip of {frames} that the queue begins with; " +
                $"make it at least {frames} latents long.");
        }
        LatentSolver solver = LatentSolver.For(run.Sampler);
        int queue = StepsFor(frames) + FifoWindows.Prefix(Windowing, frames);
        List<PassWindow> windows = [];
        FifoWindows.Fill(Windowing, Partitions, frames, StrideFor(frames), windows);
        int warmUp = StepsFor(frames) - frames;
        return new ClipPlan
        {
            LatentsHeld = queue + frames,
            HeldBytes = LatentStore.BytesOf(queue + frames, run.LatentSize, solver) + ((queue + (4L * frames)) * run.LatentBytes),
            CallFrames = frames,
            Calls = run.Latents is long n ? StepsFor(frames) + ((n + warmUp) * windows.Count) : null,
            Remedy = "use fewer partitions (--set partitions=2) or a smaller picture",
        };
    }
}
