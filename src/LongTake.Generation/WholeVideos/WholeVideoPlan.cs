using LongTake.Generation.Clips;

namespace LongTake.Generation.WholeVideos;

/// <summary>What runs over whole videos need.</summary>
internal static class WholeVideoPlan
{
    // Latents are places of arrays, and of calls of the network.
    private const int MostLatents = 100_000;

    /// <summary>Latents of a run.</summary>
    /// <exception cref="ArgumentException">The run has no end, or is too long to be in work at once.</exception>
    public static int Latents(ClipRunInfo run)
    {
        long latents = run.Latents ?? throw new ArgumentException("A whole video at once needs its length; give one, or use fifo or miga.");
        return latents is >= 1 and <= MostLatents
            ? (int)latents
            : throw new ArgumentException(
                $"A video of {latents} latents cannot be in work at once; methods that make it whole take 1 to {MostLatents}, " +
                "fifo and miga have no limit.");
    }

    /// <summary>Bytes of a second branch of self-attention over the whole video: what a layer's heads give, for all tokens.</summary>
    /// <param name="run">The run.</param>
    public static long BranchBytes(ClipRunInfo run) => sizeof(float) * Tokens(run) * run.Model.Dim * (run.Sampler.IsGuided ? 2 : 1);

    /// <summary>Tokens of the whole video.</summary>
    /// <param name="run">The run.</param>
    public static long Tokens(ClipRunInfo run) => (long)Latents(run) * run.Model.GridOf(1, run.Height, run.Width).Count;

    /// <summary>The plan of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="callFrames">Latents of the largest network call.</param>
    /// <param name="calls">Network calls in all; null for one a step.</param>
    /// <param name="extraLatents">Latents held beside those in work, their history and the call.</param>
    /// <param name="extraBytes">Further bytes.</param>
    public static ClipPlan For(ClipRunInfo run, int callFrames, long? calls = null, long extraLatents = 0, long extraBytes = 0)
    {
        LatentSolver solver = LatentSolver.For(run.Sampler);
        int latents = Latents(run);
        return new ClipPlan
        {
            LatentsHeld = latents,
            HeldBytes = LatentStore.BytesOf(latents, run.LatentSize, solver) + (((2L * callFrames) + extraLatents) * run.LatentBytes) + extraBytes,
            CallFrames = callFrames,
            Calls = calls ?? solver.Steps,
            Holds = "latents",
            Remedy = "use a shorter video, a smaller picture, or a method that works in windows (gen-l-video, fifo, miga)",
        };
    }
}
