using LongTake.Alignment.Grpo;
using LongTake.Generation.Cache;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// Generates videos with the transformer and whatever adapters are attached to it: whole ones as users get them, and groups of branches that
/// share everything but the frames that they read for a few chunks. Noise is a function of (seed, frame, draw), so that all draws of all
/// branches coincide. Source: spec kvpo, sections 4.5 and 5.
/// </summary>
internal sealed class BranchGenerator(KvpoParts parts, KvpoRecipe recipe, ForkPlanner planner)
{
    private readonly StreamingMethod _deployed = new LongLiveOptions { Window = recipe.Window, Sink = recipe.Sink }.ToMethod();
    private readonly SamplerOptions _sampler = SamplerOptions.From(parts.Settings);

    /// <summary>Whether the steps of anchors are recorded as well.</summary>
    public bool RecordsAnchor { get; init; }

    /// <summary>A script laid out in a video.</summary>
    public ScriptClips Lay(VideoScript script) => new(
        script,
        planner.SceneStarts(script.Scenes.Count),
        recipe.Frames,
        parts.Settings.Height,
        parts.Settings.Width,
        (int)parts.Settings.FramesPerSecond);

    /// <summary>A cache with the context of generation.</summary>
    public KeyValueCache CreateCache(Compute compute)
    {
        RunInfo run = new(0, recipe.ChunkFrames, recipe.Frames);
        CacheLayout layout = CacheLayout.For(parts.Transformer.Config, 1, parts.LatentHeight, parts.LatentWidth);
        return new KeyValueCache(
            compute, layout, parts.Transformer.Rotary, _deployed.Context(run), _deployed.Positions(run), _deployed.Frequencies(run), recipe.CacheType);
    }

    /// <summary>Latents of a whole video as users get it, chunk by chunk [1, n, C, h, w], the caller's.</summary>
    public List<Tensor> Whole(Compute compute, VideoScript script, ulong seed)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor[] prompts = parts.Encode(compute, script);
        int[] starts = planner.SceneStarts(prompts.Length);
        RunInfo run = new(seed, recipe.ChunkFrames, recipe.Frames);
        using ChunkGenerator generator = new(
            compute, parts.Transformer, _deployed, _sampler, run, 1, parts.LatentHeight, parts.LatentWidth, recipe.CacheType);
        List<Tensor> chunks = [];
        Continue(generator, prompts, starts, recipe.Frames, chunks, default);
        return chunks;
    }

    /// <summary>A group of branches and their anchor.</summary>
    public KvpoRollout Group(Compute compute, VideoScript script, ulong seed, CancellationToken cancellation)
    {
        using TensorScope scope = TensorScope.Open();
        ForkPlan plan = planner.Draw(seed);
        Tensor[] prompts = parts.Encode(compute, script);
        int[] starts = planner.SceneStarts(prompts.Length);
        HistoryRouting routing = new(recipe.Window, recipe.Sink, recipe.Sink + recipe.History + recipe.ChunkFrames, recipe.Nearest);
        BranchSampler sampler = new(_sampler.Create(), routing);
        StreamingMethod method = _deployed with
        {
            Name = "kvpo",
            Context = _ => routing,
            View = _ => routing,
            PromptChange = _ => new RecacheWindow(recipe.Window, recipe.Sink),
        };
        RunInfo run = new(seed, recipe.ChunkFrames, recipe.Frames);
        using ChunkGenerator generator = new(
            compute, parts.Transformer, method, sampler, 1, run, 1, parts.LatentHeight, parts.LatentWidth, recipe.CacheType);
        List<Tensor> prefix = [];
        Continue(generator, prompts, starts, plan.Fork, prefix, cancellation);

        // A scene that begins at the fork begins before the snapshot: prompt and context are the new scene's for all branches.
        TakePrompt(generator, prompts, starts);
        int scene = Array.FindLastIndex(starts, s => s <= plan.Fork);
        using GenerationState snapshot = generator.Snapshot();
        KeyValueCache fork = CreateCache(compute);
        fork.TakeOver(generator.Cache, routing.Deployed(generator.Cache.Frames));
        KvpoRollout rollout = new(parts, recipe, plan, Lay(script), prefix, fork) { Prompt = TensorScope.Detach(prompts[scene].Clone()) };
        try
        {
            int end = recipe.GlobalWeight > 0 ? recipe.Frames : plan.SectionEnd;
            int steps = recipe.PerturbedSteps == 0 ? sampler.Evaluations : recipe.PerturbedSteps;
            for (int g = 0; g <= plan.Routes.Count; g++)
            {
                bool isAnchor = g == plan.Routes.Count;
                Trajectory? trajectory = isAnchor && !RecordsAnchor ? null : new Trajectory();
                if (isAnchor)
                {
                    rollout.Anchor = trajectory;
                }
                else
                {
                    rollout.Trajectories.Add(trajectory!);
                }
                generator.Rewind(snapshot, prompts[scene]);
                sampler.Begin(
                    isAnchor ? null : plan.Routes[g],
                    plan.Fork,
                    plan.Fork + (recipe.PerturbedChunks * recipe.ChunkFrames),
                    steps,
                    plan.SectionEnd,
                    trajectory);
                List<Tensor> continuation = [];
                rollout.Add(continuation);
                Continue(generator, prompts, starts, end, continuation, cancellation, plan.Fork);
            }
            return rollout;
        }
        catch
        {
            rollout.Dispose();
            throw;
        }
        finally
        {
            sampler.End();
        }
    }

    /// <summary>Generates up to a frame, taking each scene's prompt where it begins.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="prompts">Features of each scene's prompt.</param>
    /// <param name="starts">Where scenes begin.</param>
    /// <param name="end">First latent frame that is not generated.</param>
    /// <param name="chunks">Takes the latents, which are nobody's scope's.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    /// <param name="prompted">Latent frame whose prompt is in place already; -1 for none.</param>
    private static void Continue(
        ChunkGenerator generator, Tensor[] prompts, int[] starts, int end, List<Tensor> chunks, CancellationToken cancellation, long prompted = -1)
    {
        while (generator.NextFrame < end)
        {
            cancellation.ThrowIfCancellationRequested();
            if (generator.NextFrame != prompted)
            {
                TakePrompt(generator, prompts, starts);
            }
            chunks.Add(TensorScope.Detach(generator.Next()));
        }
    }

    private static void TakePrompt(ChunkGenerator generator, Tensor[] prompts, int[] starts)
    {
        int scene = Array.IndexOf(starts, (int)generator.NextFrame);
        if (scene >= 0)
        {
            generator.SetPrompt(prompts[scene]);
        }
    }
}
