using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;

namespace LongTake.Generation.Methods.ScalingNoise;

/// <summary>
/// ScalingNoise: FIFO-Diffusion with a beam search for the noise that enters the queue. Each candidate is judged by what one network call makes
/// of the noisiest window with it.
/// Source: fifo-and-sliding-window.md 8.
/// </summary>
public sealed record ScalingNoiseOptions
{
    private const string Name = "scalingnoise";
    private const int MostBeams = 32;

    /// <summary>The preset <c>scalingnoise</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "ScalingNoise: FIFO-Diffusion with a search for noise that keeps the video consistent", settings =>
    {
        ScalingNoiseOptions o = new();
        return new ScalingNoiseOptions
        {
            Partitions = settings.Int("partitions", o.Partitions),
            Beams = settings.Int("beams", o.Beams),
            Candidates = settings.Int("candidates", o.Candidates),
            Epsilon = settings.Double("epsilon", o.Epsilon),
            LowPass = settings.Double("d-s", o.LowPass),
            Lag = settings.Int("lag", o.Lag),
        }.ToMethod();
    })
    {
        Keeps = "2 beams: half a clip of finished latents before a queue of 3 clips each",
        Paper = "ScalingNoise, arXiv 2503.16400",
    };

    /// <summary>Blocks of the queue (n), 1 to 16, as in <see cref="FifoOptions"/>. Default 3.</summary>
    public int Partitions { get; init; } = 3;

    /// <summary>Beams (m), 1 to 32. Default 2.</summary>
    public int Beams { get; init; } = 2;

    /// <summary>Candidates of a beam (k), at least 1. Default 3.</summary>
    public int Candidates { get; init; } = 3;

    /// <summary>How often, 0 to 1, the best candidate of every beam goes on rather than the best of all. Default 0.2.</summary>
    public double Epsilon { get; init; } = 0.2;

    /// <summary>Width of the low-pass of candidates that keep the neighbour's low spatial frequencies. Default 0.25.</summary>
    public double LowPass { get; init; } = 0.25;

    /// <summary>Finished latents that may wait for beams to agree; 0, the default, for the length of a clip.</summary>
    public int Lag { get; init; }

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        if (Partitions is < 1 or > 16)
        {
            throw new ArgumentException($"{Name}: partitions is {Partitions}; it lies between 1 and 16.");
        }
        if (Beams is < 1 or > MostBeams)
        {
            throw new ArgumentException($"{Name}: beams is {Beams}; it lies between 1 and {MostBeams}.");
        }
        if (Candidates < 1 || Beams * (long)Candidates > ClipNoise.MostCandidates)
        {
            throw new ArgumentException(
                $"{Name}: candidates is {Candidates} with beams {Beams}; it is at least 1, and all beams together have at most " +
                $"{ClipNoise.MostCandidates}.");
        }
        if (!(Epsilon >= 0 && Epsilon <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant($"{Name}: epsilon is {Epsilon}; it lies between 0 and 1 (0.2 as released)."));
        }
        if (!(LowPass >= 0))
        {
            throw new ArgumentException(FormattableString.Invariant($"{Name}: d-s is {LowPass}; it is 0 or more (0.25 as released)."));
        }
        if (Lag < 0)
        {
            throw new ArgumentException($"{Name}: lag is {Lag}; it counts latents and is at least 1, or 0 for the length of a clip.");
        }
        if (Lag > 0 && Beams == 1)
        {
            throw new ArgumentException(
                $"{Name}: lag {Lag} has no effect with beams=1, which always agrees with itself; leave it out or set more beams.");
        }
        return new ClipMethod
        {
            Name = Name,
            Steps = Queue.StepsFor,
            Plan = Plan,
            Start = (run, network) => new ScalingNoiseStream(this, run, network),
        };
    }

    /// <summary>Finished latents that may wait.</summary>
    internal int LagFor(int clipFrames) => Lag > 0 ? Lag : clipFrames;

    private FifoOptions Queue => new() { Partitions = Partitions };

    private ClipPlan Plan(ClipRunInfo run)
    {
        int frames = run.ClipFrames;
        if (frames < 2)
        {
            throw new ArgumentException($"{Name}: clips of {frames} latent leave no half of a window to search in; use a model of longer clips.");
        }
        if (run.Latents < frames)
        {
            throw new ArgumentException(
                $"{Name}: a video of {run.Latents} latents is shorter than the clip of {frames} that the queue begins with; " +
                $"make it at least {frames} latents long.");
        }
        ClipPlan queue = Queue.ToMethod().Plan(run);
        LatentSolver solver = LatentSolver.For(run.Sampler);
        int steps = Queue.StepsFor(frames);
        long length = steps + (frames / 2);
        long waiting = LagFor(frames) + 1;
        long perCandidate = 1 + (frames / 2);
        return queue with
        {
            LatentsHeld = (2 * Beams * (length + waiting)) + frames,
            HeldBytes = LatentStore.BytesOf((2 * Beams * length) + frames, run.LatentSize, solver)
                + (((2 * Beams * waiting) + (Beams * length) + (Beams * Candidates * perCandidate) + (5L * frames) + 2) * run.LatentBytes),
            Calls = run.Latents is long n ? steps + ((n + steps - frames) * NoiseSearch.CallsOf(this)) : null,
            Holds = "queues",
            Remedy = "use fewer beams or partitions (--set beams=1 --set partitions=2) or a smaller picture",
        };
    }
}
