using LongTake.Generation.Cache;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.RollingForcing;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Samplers;
using LongTake.Generation.Samplers.Rolling;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods;

public class RollingForcingTests
{
    private static readonly StreamingMethod s_rolling = MethodPresets.Create("rolling-forcing");

    /// <summary>What the released code attends to. Source: rolling-window-denoising.md 3.1 and 3.2.</summary>
    [Fact]
    public void Calls_see_what_the_released_code_sees()
    {
        const int Blocks = 14;
        Dictionary<long, Call> denoise = [];
        Dictionary<long, Call> clean = [];
        Record(s_rolling, Blocks, (block, call, isClean) => (isClean ? clean : denoise)[block] = call);
        for (int b = 0; b < Blocks; b++)
        {
            // In the last call of a block the window is full, or shrinks towards the end of the video.
            int queries = 3 * Math.Min(5, Blocks - b);
            int recent = Math.Max(0, Math.Min((3 * b) - 3, 21 - queries - 3));
            long[] seen = [.. Range(0, Math.Min(3, 3 * b)), .. Range((3 * b) - recent, recent + queries)];
            Assert.Equal(seen, denoise[b].Frames);
            Assert.Equal(queries, denoise[b].Queries);
            Assert.InRange(seen.Length, 1, 21);

            int newest = Math.Min(21, 3 * (b + 1));
            Assert.Equal(Range((3 * (b + 1)) - newest, newest), clean[b].Frames);
            Assert.Equal(3, clean[b].Queries);
            foreach (Call call in (Call[])[denoise[b], clean[b]])
            {
                // Everything stands side by side, the sink right before the newest frames.
                Assert.Equal(Enumerable.Range(0, call.Frames.Length).Select(i => (double)i), call.Positions);
            }
        }
        Assert.Equal((18, 21, 21), (denoise[1].Frames.Length, denoise[2].Frames.Length, denoise[7].Frames.Length));
    }

    [Fact]
    public void Its_noise_can_be_of_any_law_and_settings_of_another_law_are_refused()
    {
        RunInfo run = new(1, 3, null);
        StreamingMethod alternating = MethodPresets.Create("rolling-forcing", new Dictionary<string, string> { ["noise"] = "alternating-ar" });
        Assert.NotEqual(s_rolling.Noise(run).GetType(), alternating.Noise(run).GetType());
        Assert.Equal(s_rolling.Noise(run).GetType(), MethodPresets.Create("self-forcing").Noise(run).GetType());
        string refused = Assert.Throws<ArgumentException>(
            () => MethodPresets.Create("rolling-forcing", new Dictionary<string, string> { ["rho"] = "0.5" })).Message;
        Assert.Contains("noise=", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clean_call_can_see_what_the_window_saw()
    {
        StreamingMethod method = Rolling(new() { CleanCall = CleanCallContext.SameAsDenoise });
        Record(method, 12, (block, call, isClean) =>
        {
            if (isClean && block is >= 2 and < 8)
            {
                Assert.Equal([0, 1, 2, .. Range((3 * block) - 3, 6)], call.Frames);
            }
        });
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    public void A_stagger_of_all_steps_is_the_plain_loop_bit_for_bit(DType type)
    {
        using TinyModel model = new(2);
        StreamingMethod method = Rolling(new() { Stagger = 5, CleanCall = CleanCallContext.SameAsDenoise });
        StreamingMethod plain = new SlidingWindowOptions { Window = 21, Sink = 3, Positions = PositionKind.Relative }.ToMethod();
        SamplerOptions sampler = new() { StepList = [1000, 800, 600, 400, 200] };
        Assert.Equal(model.Run(plain, 10, sampler, cacheType: type), model.Run(method, 10, cacheType: type));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Any_stagger_gives_any_length_the_same_on_any_number_of_threads(int stagger)
    {
        StreamingMethod method = Rolling(new() { Stagger = stagger });
        float[][]? first = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            using TinyModel model = new(threads);
            float[][] latents = model.Run(method, 9);
            first ??= latents;
            Assert.Equal(first, latents);
            Assert.All(latents, chunk => Assert.All(chunk, x => Assert.True(float.IsFinite(x))));
        }
        using TinyModel small = new(2);
        foreach (int chunks in (int[])[1, 2, 4])
        {
            Assert.Equal(chunks, small.Run(method, chunks).Length);
        }
    }

    [Fact]
    public void Only_the_first_block_of_the_window_is_stored_and_nothing_unused_is_seen()
    {
        using TinyModel model = new();
        float[][] clean = model.Run(s_rolling, 12);
        float[][] poisoned = model.Run(s_rolling, 12, beforeChunk: generator =>
        {
            KeyValueCache cache = generator.Cache;
            int held = cache.Frames.Length;
            Assert.Equal(generator.NextFrame - 1, held == 0 ? -1 : cache.Frames[^1].Index);
            for (int layer = 0; layer < cache.Layout.Layers; layer++)
            {
                ChunkGeneratorTests.Poison(cache, layer, held, cache.Capacity - held);
                ChunkGeneratorTests.Poison(cache, layer, 3, Math.Max(0, held + TinyModel.Chunk - cache.Capacity));
            }
        });
        Assert.Equal(clean, poisoned);

        // The poison would be seen.
        float[][] dead = model.Run(s_rolling, 12, beforeChunk: g => ChunkGeneratorTests.Poison(g.Cache, 0, 0, Math.Min(1, g.Cache.Frames.Length)));
        Assert.Contains(dead[1], float.IsNaN);
    }

    [Fact]
    public void Work_a_chunk_is_one_call_of_the_window_and_one_of_the_chunk_and_offsets_stay_in_the_window()
    {
        using TinyModel model = new();
        using ChunkGenerator generator = model.Generator(s_rolling);
        using TensorScope scope = TensorScope.Open();
        generator.SetPrompt(TinyModel.Prompt(0));
        int widest = 0;
        generator.Observer = (_, _, _) => widest = Math.Max(widest, generator.Cache.WindowFrames.Length);
        generator.Next().Dispose();
        Assert.Equal((6, 3 + 6 + 9 + 12 + 15 + 3), (generator.NetworkCalls, generator.ComputedFrames));
        for (int i = 1; i < 60; i++)
        {
            long calls = generator.NetworkCalls;
            long frames = generator.ComputedFrames;
            generator.Next().Dispose();
            Assert.Equal((2, 18), (generator.NetworkCalls - calls, generator.ComputedFrames - frames));
            Assert.Equal(4, generator.ChunksInFlight);
            Assert.InRange(generator.Cache.Frames.Length, 6, 24);
        }
        Assert.Equal(21, widest);
    }

    [Fact]
    public void Samples_of_a_batch_do_not_see_each_other()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        float[][] alone = model.Run(s_rolling, 8);
        using ChunkGenerator generator = model.Generator(s_rolling, batch: 2, totalFrames: 8 * TinyModel.Chunk);
        Tensor prompts = Tensor.Empty([2, 4, TinyModel.Config.TextDim]);
        TinyModel.Prompt(0).Span.CopyTo(prompts.Span);
        TinyModel.Prompt(3).Span.CopyTo(prompts.Row(1).Span);
        generator.SetPrompt(prompts);
        for (int c = 0; c < 8; c++)
        {
            Tensor both = generator.Next();
            for (int i = 0; i < alone[c].Length; i++)
            {
                Assert.Equal(alone[c][i], both.Span[i], 2e-3f);
            }
            Assert.NotEqual(both.Row(0).Span.ToArray(), both.Row(1).Span.ToArray());
        }
    }

    [Fact]
    public void A_new_prompt_acts_on_chunks_in_flight_and_not_on_finished_ones()
    {
        using TinyModel model = new();
        float[][] plain = model.Run(s_rolling, 9);
        foreach (SceneChangeKind change in (SceneChangeKind[])[SceneChangeKind.Method, SceneChangeKind.Keep, SceneChangeKind.Flush, SceneChangeKind.Blend])
        {
            float[][] switched = model.Run(s_rolling, 9, beforeChunk: g =>
            {
                if (g.NextFrame == 6 * TinyModel.Chunk)
                {
                    g.SetPrompt(TinyModel.Prompt(1), null, change);
                }
            });
            Assert.Equal(plain[..6], switched[..6]);
            Assert.NotEqual(plain[6], switched[6]);
        }
    }

    [Fact]
    public void Latents_can_be_given_before_the_first_chunk_but_not_amid_the_window()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(s_rolling);
        generator.SetPrompt(TinyModel.Prompt(0));
        Tensor given = Tensor.Zeros([1, 6, 3, 4, 4]);
        generator.Append(given);
        Assert.Equal(6, generator.NextFrame);
        List<int> spans = [];
        generator.Observer = (_, _, v) => spans.Add(v is null ? 0 : generator.Cache.WindowFrames.Length);
        generator.Next();

        // The sink and one recent chunk, then blocks of 3, 6, 9, 12 and 15; the clean call.
        Assert.Equal([9, 12, 15, 18, 21, 0], spans);
        Assert.Contains("4 chunks are in flight", Assert.Throws<InvalidOperationException>(() => generator.Append(given)).Message);
    }

    [Theory]
    [InlineData("steps", "1000", "rolling-forcing: steps has 1 level; a rolling window needs at least 2")]
    [InlineData("steps", "400-800", "they fall from at most 1000")]
    [InlineData("steps", "1000-", "is '1000-'; whole numbers with hyphens are expected")]
    [InlineData("steps", "1000-99999999999", "whole numbers with hyphens are expected")]
    [InlineData("stagger", "6", "stagger is 6")]
    [InlineData("sink", "-3", "sink is -3")]
    [InlineData("shift", "-1", "shift is -1")]
    [InlineData("clean-call", "never", "it is one of released, same-as-denoise")]
    [InlineData("window", "7", "window 7 does not hold sink 3 and 5 blocks of 1 latent frames; make it at least 8")]
    public void Bad_settings_are_refused_by_name(string name, string value, string message) => Assert.Contains(
        message, Assert.Throws<ArgumentException>(() => MethodPresets.Create("rolling-forcing", new Dictionary<string, string> { [name] = value })).Message);

    [Fact]
    public void Combinations_that_contradict_are_refused_by_name()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        Refuses("window 12 does not hold sink 3 and 5 blocks of 3 latent frames; make it at least 18", Rolling(new() { Window = 12 }));
        Refuses("conflicts with the sampler unipc of 50 steps", s_rolling, new() { Kind = SamplerKind.UniPC });
        Refuses("Guidance 3 conflicts with the few-step sampler", s_rolling, new() { Guidance = 3 });
        Assert.Contains("Guidance 3 conflicts with the method 'rolling-forcing'", Assert.Throws<ArgumentException>(() => new ChunkGenerator(
            model.Compute, model.Transformer, s_rolling, TinyModel.TwoSteps.Create(), 3, new RunInfo(1, 3, null), 1, 4, 4)).Message);
        using ChunkGenerator generator = model.Generator(s_rolling);
        Assert.False(generator.CanCut);
        Assert.Contains("knows no scene cuts", Assert.Throws<ArgumentException>(() => generator.SetPrompt(TinyModel.Prompt(0), cut: true)).Message);
        Assert.Contains("cannot recache", Assert.Throws<ArgumentException>(
            () => generator.SetPrompt(TinyModel.Prompt(0), null, SceneChangeKind.Recache)).Message);

        void Refuses(string message, StreamingMethod method, SamplerOptions? sampler = null) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => model.Generator(method, sampler)).Message);
    }

    private static StreamingMethod Rolling(RollingWindow window) => new RollingForcingOptions { Rolling = window }.ToMethod();

    private static long[] Range(long first, long count) => [.. Enumerable.Range(0, (int)count).Select(i => first + i)];

    private static void Record(StreamingMethod method, int blocks, Action<long, Call, bool> seen)
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(method, totalFrames: blocks * TinyModel.Chunk);
        generator.SetPrompt(TinyModel.Prompt(0));
        generator.Observer = (x, _, velocity) => seen(
            generator.NextFrame / TinyModel.Chunk,
            new Call([.. generator.Cache.WindowFrames.ToArray().Select(f => f.Index)], generator.Cache.WindowPositions.ToArray(), x.Shape[1]),
            velocity is null);
        for (int i = 0; i < blocks; i++)
        {
            generator.Next().Dispose();
        }
    }

    private sealed record Call(long[] Frames, double[] Positions, int Queries);
}
