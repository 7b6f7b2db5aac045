using LongTake.Alignment.Grpo;
using LongTake.Generation.Cache;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Alignment.Branches;

/// <summary>
/// Generates videos with the transformer and whatever adapters are attached to it: whole ones as users get them, and groups of branches that
/// share a beginning. Noise is a function of (seed, frame, draw), so that draws coincide wherever branches do not ask for others. Source: spec
/// kvpo, sections 4.5 and 5.
/// </summary>
/// <param name="parts">The networks.</param>
/// <param name="recipe">Lengths, context and sections.</param>
/// <param name="calls">Takes the calls that groups cost.</param>
internal sealed class BranchGenerator(GeneratorParts parts, BranchRecipe recipe, GeneratorCalls calls)
{
    private readonly SamplerOptions _sampler = SamplerOptions.From(parts.Settings);

    /// <summary>Generation as users get it.</summary>
    public StreamingMethod Deployed { get; } = new LongLiveOptions { Window = recipe.Window, Sink = recipe.Sink }.ToMethod();

    /// <summary>A sampler as users have it.</summary>
    public IChunkSampler CreateSampler() => _sampler.Create();

    /// <summary>A script laid out in a video.</summary>
    public ScriptClips Lay(VideoScript script) => new(
        script,
        recipe.SceneStarts(script.Scenes.Count),
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
            compute, layout, parts.Transformer.Rotary, Deployed.Context(run), Deployed.Positions(run), Deployed.Frequencies(run), recipe.CacheType);
    }

    /// <summary>Latents of a whole video as users get it, chunk by chunk [1, n, C, h, w], the caller's. Its calls are not counted.</summary>
    public List<Tensor> Whole(Compute compute, VideoScript script, ulong seed)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor[] prompts = parts.Encode(compute, script);
        using ChunkGenerator generator = new(
            compute, parts.Transformer, Deployed, _sampler, Run(seed), 1, parts.LatentHeight, parts.LatentWidth, recipe.CacheType);
        List<Tensor> chunks = [];
        Continue(generator, prompts, recipe.SceneStarts(prompts.Length), recipe.Frames, chunks, default);
        return chunks;
    }

    /// <summary>A group: a beginning, and for every member the rest of its section, or of the video where that is scored.</summary>
    /// <param name="compute">What to compute with; does not record.</param>
    /// <param name="request">Script, and seed of what is shared.</param>
    /// <param name="branching">What members differ in.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    public TRollout Group<TRollout>(Compute compute, GroupRequest request, IBranching<TRollout> branching, CancellationToken cancellation)
        where TRollout : BranchRollout
    {
        using TensorScope scope = TensorScope.Open();
        ForkPoint point = branching.Point;
        Tensor[] prompts = parts.Encode(compute, request.Script);
        int[] starts = recipe.SceneStarts(prompts.Length);
        using ChunkGenerator generator = new(
            compute,
            parts.Transformer,
            branching.Method,
            branching.Sampler,
            1,
            Run(request.Seed),
            1,
            parts.LatentHeight,
            parts.LatentWidth,
            recipe.CacheType);
        List<Tensor> prefix = [];
        Continue(generator, prompts, starts, point.Fork, prefix, cancellation);

        // A scene that begins at the fork begins before the snapshot: prompt and context are the new scene's for all branches.
        TakePrompt(generator, prompts, starts);
        int scene = Array.FindLastIndex(starts, s => s <= point.Fork);
        using GenerationState snapshot = generator.Snapshot();
        KeyValueCache fork = CreateCache(compute);
        fork.TakeOver(generator.Cache, branching.Deployed(generator.Cache.Frames));
        TRollout rollout = branching.Begin(prefix, fork, TensorScope.Detach(prompts[scene].Clone()));
        try
        {
            int end = recipe.GlobalWeight > 0 ? recipe.Frames : point.SectionEnd;
            for (int member = 0; member < branching.Members; member++)
            {
                generator.Rewind(snapshot, prompts[scene]);
                branching.Start(member, rollout);
                List<Tensor> continuation = [];
                rollout.Add(continuation);
                Continue(generator, prompts, starts, end, continuation, cancellation, point.Fork);
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
            branching.End();
            calls.AddRollout(generator.NetworkCalls);
        }
    }

    private RunInfo Run(ulong seed) => new(seed, recipe.ChunkFrames, recipe.Frames);

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
