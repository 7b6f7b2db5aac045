using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.InfLvg;

/// <summary>
/// One video of a script, told scene by scene and decoded as it comes; at a change of scene it can branch. Noise is a function of the seed and
/// the place in the video, so that branches differ in their context and in nothing else (the release draws new noise between steps in each).
/// </summary>
internal sealed class StoryTelling : IDisposable
{
    private const ulong OrderPurpose = 0x6F72646572;

    private readonly Compute _compute;
    private readonly InfLvgRecipe _recipe;
    private readonly InfLvgParts _parts;
    private readonly DirectedChoice? _choice;
    private readonly ChunkGenerator _generator;
    private readonly WanVaeStreamingDecoder _decoder;
    private readonly ScriptClips _clips;
    private readonly List<byte[]> _frames = [];
    private readonly Tensor[] _prompts;
    private readonly Tensor? _negative;
    private readonly ulong _seed;

    /// <summary>Begins a video whose contexts are chosen.</summary>
    public StoryTelling(Compute compute, InfLvgParts parts, InfLvgRecipe recipe, VideoScript script, ulong seed, DirectedChoice choice)
        : this(compute, parts, recipe, script, seed, Method(recipe) with
        {
            Context = _ => new InfLvgContext(recipe.Sink, recipe.Keep, recipe.Recent, recipe.SceneWindow, choice),
        }) => _choice = choice;

    /// <summary>Begins a video under another method, which cannot branch.</summary>
    public StoryTelling(Compute compute, InfLvgParts parts, InfLvgRecipe recipe, VideoScript script, ulong seed, StreamingMethod method)
    {
        (_compute, _parts, _recipe, _seed) = (compute, parts, recipe, seed);
        RunInfo run = new(seed, parts.ChunkFrames, script.Scenes.Count * recipe.SceneFrames);
        _generator = new ChunkGenerator(compute, parts.Transformer, method, parts.Sampler, run, 1, parts.LatentHeight, parts.LatentWidth);
        _decoder = new WanVaeStreamingDecoder(parts.Vae.Decoder);
        _clips = Clips(parts, recipe, script);
        string[] texts = [.. script.Scenes.Select(s => s.Prompt), .. parts.Sampler.IsGuided ? [""] : Array.Empty<string>()];
        _prompts = [.. parts.Prompts.Encode(compute, texts).Select(TensorScope.Detach)];
        _negative = parts.Sampler.IsGuided ? _prompts[^1] : null;
    }

    /// <summary>Network calls so far.</summary>
    public long Calls => _generator.NetworkCalls;

    /// <summary>The method that a policy is trained for and will be used with.</summary>
    public static StreamingMethod Method(InfLvgRecipe recipe) => new InfLvgOptions
    {
        Sink = recipe.Sink,
        Keep = recipe.Keep,
        Recent = recipe.Recent,
        Scene = recipe.SceneWindow,
    }.ToMethod();

    /// <summary>Where the scenes of a script lie in a video.</summary>
    public static ScriptClips Clips(InfLvgParts parts, InfLvgRecipe recipe, VideoScript script)
    {
        int[] starts = [.. Enumerable.Range(0, script.Scenes.Count).Select(i => i * recipe.SceneFrames)];
        int frames = script.Scenes.Count * recipe.SceneFrames, rate = (int)parts.Settings.FramesPerSecond;
        return new ScriptClips(script, starts, frames, parts.Height, parts.Width, rate);
    }

    /// <summary>First frame, and the number of frames, that rewards see of a branch at a change of scene.</summary>
    public static (int First, int Count) Seen(InfLvgRecipe recipe, int scene)
    {
        int start = scene * recipe.SceneFrames, shown = start - recipe.HistoryFrames;
        int first = (int)VideoTime.FramesOf(shown);
        return (first, (int)VideoTime.FramesOf(start + recipe.RolloutFrames) - first);
    }

    /// <summary>Tells a whole scene.</summary>
    public void Tell(int scene, CancellationToken cancellation)
    {
        _generator.SetPrompt(_prompts[scene], _negative);
        for (int i = 0; i < _recipe.SceneFrames / _parts.ChunkFrames; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using Tensor chunk = TensorScope.Detach(_generator.Next());
            _frames.Add(Decode(_decoder, chunk));
        }
    }

    /// <summary>The video so far.</summary>
    public RewardClip Whole() => _clips.Clip(0, Join(_frames));

    /// <summary>Begins a scene in several ways, each from the same history and with the same noise, and leaves the history as it was.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="members">How many ways.</param>
    /// <param name="look">Gives scores of the candidates, by which contexts are drawn, and may keep what it saw.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    public StoryBranches Branch(int scene, int members, Func<ContextCandidates, double[]> look, CancellationToken cancellation)
    {
        using GenerationState history = _generator.Snapshot();
        DirectedChoice choice = _choice ?? throw new InvalidOperationException("Contexts are not chosen under this method.");
        ContextChooser before = choice.Now;
        int[][] orders = [];
        double[] scores = [];
        try
        {
            choice.Now = (candidates, chosen) =>
            {
                scores = look(candidates);
                orders = new int[members][];
                for (int i = 0; i < members; i++)
                {
                    orders[i] = new int[chosen.Length];
                    GumbelTopK.Sample(scores, new CounterRandom(_seed ^ OrderPurpose, ((ulong)scene << 32) | (uint)i), orders[i]);
                }
                orders[0].CopyTo(chosen);
            };
            _generator.SetPrompt(_prompts[scene], _negative);
            if (orders.Length == 0)
            {
                throw new InvalidOperationException($"At scene {scene + 1} there is nothing to choose from: fewer tokens are held than are kept.");
            }
            int first = Seen(_recipe, scene).First;
            byte[] shown = Tail(first);
            Tensor[] state = [.. _decoder.Save().Select(TensorScope.Detach)];
            StoryBranches branches = new(_parts, _clips, first, shown, state, orders, scores);
            try
            {
                foreach (int[] order in orders)
                {
                    branches.Add(Continue(choice, history, scene, order, cancellation));
                }
                return branches;
            }
            catch
            {
                branches.Dispose();
                throw;
            }
        }
        finally
        {
            choice.Now = before;
            Rewind(history, scene);
        }
    }

    /// <summary>Frames of a chunk of latents [1, n, C, h, w], the next of a stream.</summary>
    public static byte[] Decode(Compute compute, WanVaeStreamingDecoder decoder, Tensor chunk)
    {
        using TensorScope scope = TensorScope.Open();
        Shape s = chunk.Shape;
        Tensor latents = Tensor.Empty([1, s[2], s[1], s[3], s[4]]);
        LatentLayout.Swap(chunk, latents);
        return PixelConversion.ToBytes(decoder.Decode(compute, latents)).AsSpan<byte>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _generator.Dispose();
        _decoder.Dispose();
        foreach (Tensor prompt in _prompts)
        {
            prompt.Dispose();
        }
    }

    internal static byte[] Join(IReadOnlyList<byte[]> parts)
    {
        byte[] all = new byte[parts.Sum(p => p.Length)];
        int at = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }
        return all;
    }

    private Tensor[] Continue(DirectedChoice choice, GenerationState history, int scene, int[] order, CancellationToken cancellation)
    {
        Rewind(history, scene);
        choice.Now = (_, chosen) => order.CopyTo(chosen);
        _generator.SetPrompt(_prompts[scene], _negative);
        Tensor[] chunks = new Tensor[_recipe.RolloutFrames / _parts.ChunkFrames];
        try
        {
            for (int i = 0; i < chunks.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                chunks[i] = TensorScope.Detach(_generator.Next());
            }
        }
        catch
        {
            Array.ForEach(chunks, c => c?.Dispose());
            throw;
        }
        return chunks;
    }

    /// <summary>Back to where a scene changes.</summary>
    private void Rewind(GenerationState history, int scene) => _generator.Rewind(history, _prompts[scene - 1], _negative);

    private byte[] Decode(WanVaeStreamingDecoder decoder, Tensor chunk) => Decode(_compute, decoder, chunk);

    /// <summary>The frames told so far from one of them on.</summary>
    private byte[] Tail(int first)
    {
        int size = _parts.Height * _parts.Width * 3;
        return Join(_frames)[(first * size)..];
    }
}
