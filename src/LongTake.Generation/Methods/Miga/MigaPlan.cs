using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

/// <summary>What a run needs: the same bookkeeping as the run itself, without latents. Source: miga.md 9.</summary>
internal static class MigaPlan
{
    public static ClipPlan Of(MigaOptions options, ClipRunInfo run)
    {
        LatentSolver solver = LatentSolver.For(run.Sampler);
        int frames = run.ClipFrames;
        long queue = options.QueueLatents;
        long unified = UnifiedSchedule.Capacity(options, run.Latents, frames);
        long search = options.Reflects ? SelfReflection.HeldLatents(options) : 0;
        long clip = options.StartChunks(frames) > 0 ? frames : 0;
        long held = queue + unified + search + clip;

        // Outputs of a pass over the queue and of a search, and the calls' latents and velocities.
        long outputs = queue + (options.Reflects ? options.ReferenceFrames + (options.ReflectPosition * options.Zigzag) : 0);
        return new ClipPlan
        {
            LatentsHeld = held,
            HeldBytes = LatentStore.BytesOf(held, run.LatentSize, solver) + ((outputs + (8L * frames)) * run.LatentBytes),
            CallFrames = frames,
            Calls = run.Latents is long n ? Calls(options, n, frames) : null,
            CallsVary = options.Reflects,
            Remedy = "use a smaller zigzag, fewer unified-steps, --sampler euler (no solver history) or a smaller picture",
        };
    }

    /// <summary>Network calls of a video, those of searches left out.</summary>
    public static long Calls(MigaOptions options, long latents, int clipFrames)
    {
        QueueSchedule queue = new(options, latents, clipFrames);
        UnifiedSchedule unified = new(options, latents, clipFrames);
        List<PassWindow> windows = [];
        long calls = options.StartChunks(clipFrames) > 0 ? options.Steps : 0;
        while (unified.Finished < latents)
        {
            if (unified.TryNext(out UnifiedWindow window))
            {
                unified.Commit(window);
                calls++;
                continue;
            }
            if (options.QueueSteps == 0)
            {
                unified.Arrived += options.Zigzag;
                continue;
            }
            QueuePass pass = queue.Next();
            MigaWindows.Fill(options, clipFrames, pass, windows);
            calls += windows.Count;
            queue.Commit(pass);
            unified.Arrived += pass.Leaves;
        }
        return calls;
    }
}
