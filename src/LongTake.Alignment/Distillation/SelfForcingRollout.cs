using LongTake.Generation.Cache;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Schedulers;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// Generates clips as users get them, chunk by chunk from the generator's own cache, but stops each chunk at a drawn step and takes
/// the clean estimate there as its output. Gradients flow through that one network call of each chunk alone: not through the
/// steps before it, and not through the cache. Source: spec autoregressive-streaming.md 4.2, 4.3 and 10.2.
/// </summary>
/// <param name="generator">The network.</param>
/// <param name="levels">The few-step sampler.</param>
/// <param name="recipe">Chunk length, context noise and what of the past is remembered.</param>
/// <param name="side">Rows and columns of a latent frame.</param>
internal sealed class SelfForcingRollout(WanTransformer generator, FewStepLevels levels, DistributionMatchingRecipe recipe, int side)
{
    /// <summary>Draws the step at which each chunk ends.</summary>
    public int[] DrawExits(CounterRandom random, int chunks)
    {
        int[] exits = new int[chunks];
        for (int i = 0; i < chunks; i++)
        {
            bool same = i > 0 && recipe.SameStepAcrossChunks;
            exits[i] = recipe.LastStepOnly ? levels.Count - 1 : same ? exits[0] : random.NextInt(levels.Count);
        }
        return exits;
    }

    /// <summary>Generates one clip a prompt.</summary>
    /// <param name="compute">Where to compute; while its tape records, the result carries the generator's gradient.</param>
    /// <param name="prompts">Text features [B, n, text_dim].</param>
    /// <param name="exits">For each chunk the step, from 0, that its output is taken from.</param>
    /// <param name="seed">Seed of all noise.</param>
    /// <returns>[B, C, T, H, W].</returns>
    public Tensor Run(Compute compute, Tensor prompts, IReadOnlyList<int> exits, ulong seed)
    {
        Compute constant = Constant(compute);
        using KeyValueCache cache = CreateCache(constant, prompts.Shape[0], exits.Count * recipe.ChunkFrames);
        return Roll(compute, constant, cache, 0, prompts, exits, seed);
    }

    /// <summary>
    /// Generates stories of two scenes, the first without gradient and as users get it, the change of prompt included.
    /// Source: spec autoregressive-streaming.md 6.6 and 10.2.
    /// </summary>
    /// <param name="compute">Where to compute; while its tape records, the second scene carries the generator's gradient.</param>
    /// <param name="first">Text features of the first scene [B, n, text_dim].</param>
    /// <param name="second">Those of the second.</param>
    /// <param name="firstChunks">Chunks of the first scene.</param>
    /// <param name="exits">For each chunk of the second scene the step, from 0, that its output is taken from.</param>
    /// <param name="seed">Seed of all noise.</param>
    /// <returns>The second scene [B, C, T, H, W], and the last chunk before it [B, n, C, H, W].</returns>
    public (Tensor Scene, Tensor Before) RunSecond(
        Compute compute, Tensor first, Tensor second, int firstChunks, IReadOnlyList<int> exits, ulong seed)
    {
        Compute constant = Constant(compute);
        RunInfo run = new(seed, recipe.ChunkFrames, (firstChunks + exits.Count) * recipe.ChunkFrames);
        SamplerOptions sampler = new() { Kind = SamplerKind.FewStep, Shift = recipe.TimestepShift, StepList = recipe.StepList };
        using ChunkGenerator story = new(
            constant, generator, MethodPresets.Create(recipe.SecondScenePreset ?? recipe.Preset), sampler, run, second.Shape[0], side, side);
        story.SetPrompt(first);
        Tensor before = story.Next();
        for (int i = 1; i < firstChunks; i++)
        {
            before = story.Next();
        }
        story.SetPrompt(second);
        return (Roll(compute, constant, story.Cache, story.NextFrame, second, exits, seed), before);
    }

    /// <summary>Calls without gradient go past the tape: text keys and values are then kept from call to call.</summary>
    private static Compute Constant(Compute compute) => compute.Tape is null ? compute : new Compute(compute.Backend);

    private Tensor Roll(
        Compute compute, Compute constant, KeyValueCache cache, long firstFrame, Tensor prompts, IReadOnlyList<int> exits, ulong seed)
    {
        using TextContext text = generator.PrepareText(constant, prompts);
        cache.TextKeys = layer => generator.TextKeys(constant, text, layer);
        using TextContext recordedText = compute.IsRecording ? generator.PrepareText(compute, prompts) : text;
        Tensor[] chunks = new Tensor[exits.Count];
        Tensor timesteps = Tensor.Empty([prompts.Shape[0]]);
        for (int i = 0; i < chunks.Length; i++)
        {
            cache.BeginChunk(firstFrame + (i * recipe.ChunkFrames), recipe.ChunkFrames);
            Tensor x = Noise([prompts.Shape[0], generator.Config.InChannels, recipe.ChunkFrames, side, side], seed, i, 0);
            for (int k = 0; k < exits[i]; k++)
            {
                using TensorScope scope = TensorScope.Open();
                timesteps.Span.Fill(levels.Timesteps[k]);
                Tensor velocity = generator.Forward(constant, x, timesteps, text, cache);
                FlowMatchSchedule.ToClean(x.Span, velocity.Span, levels.Sigmas[k], x.Span);
                FlowMatchSchedule.AddNoise(x.Span, Noise(x.Shape, seed, i, k + 1).Span, levels.Sigmas[k + 1], x.Span);
            }
            int exit = exits[i];
            timesteps.Span.Fill(levels.Timesteps[exit]);
            Tensor predicted = generator.Forward(compute, x, timesteps, recordedText, cache);
            chunks[i] = compute.Sub(x, compute.Scale(predicted, levels.Sigmas[exit]));
            Write(constant, chunks[i], text, cache, seed, i);
        }
        return compute.Concat(chunks, 2);
    }

    private KeyValueCache CreateCache(Compute compute, int batch, int frames)
    {
        StreamingMethod method = MethodPresets.Create(recipe.Preset);
        RunInfo run = new(recipe.Seed, recipe.ChunkFrames, frames);
        CacheLayout layout = CacheLayout.For(generator.Config, batch, side, side);
        return new KeyValueCache(
            compute, layout, generator.Rotary, method.Context(run), method.Positions(run), method.Frequencies(run), view: method.View(run));
    }

    /// <summary>The clean pass: what later chunks see of this one, noised a little as in the reference, without gradient.</summary>
    private void Write(Compute compute, Tensor clean, TextContext text, KeyValueCache cache, ulong seed, int chunk)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor x = Noise(clean.Shape, seed, chunk, levels.Count);
        FlowMatchSchedule.AddNoise(clean.Span, x.Span, levels.SigmaOf(recipe.ContextNoise), x.Span);
        Tensor timesteps = Tensor.Empty([clean.Shape[0]]);
        timesteps.Span.Fill((float)recipe.ContextNoise);
        generator.Forward(compute, x, timesteps, text, cache);
        cache.Commit();
    }

    /// <summary>Noise that is a function of (seed, chunk, draw).</summary>
    private static Tensor Noise(Shape shape, ulong seed, int chunk, int draw)
    {
        Tensor noise = Tensor.Empty(shape);
        new CounterRandom(seed, ((ulong)chunk << 32) | (uint)draw).FillNormal(noise.Span);
        return noise;
    }
}
