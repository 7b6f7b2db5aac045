using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Streaming;

public class ChunkGeneratorTests
{
    private static readonly StreamingMethod s_window = new SlidingWindowOptions { Window = 9, Sink = 2 }.ToMethod();

    public static TheoryData<string> Presets => [.. MethodPresets.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void The_same_seed_gives_the_same_bytes_on_any_number_of_threads(string preset)
    {
        float[][]? first = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            using TinyModel model = new(threads);
            float[][] latents = model.Run(MethodPresets.Create(preset), 6);
            first ??= latents;
            Assert.Equal(first, latents);
            Assert.All(latents, chunk => Assert.All(chunk, x => Assert.True(float.IsFinite(x))));
        }
    }

    [Theory]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(40)]
    public void A_window_of_at_least_the_length_is_full_context(int window)
    {
        using TinyModel model = new(2);
        float[][] full = model.Run(MethodPresets.Create("full"), 4);
        Assert.Equal(full, model.Run(new SlidingWindowOptions { Window = window }.ToMethod(), 4));
        Assert.Equal(full, model.Run(new SlidingWindowOptions { Window = window, Sink = 3 }.ToMethod(), 4));
        float[][] shorter = model.Run(new SlidingWindowOptions { Window = 6 }.ToMethod(), 4);
        Assert.Equal(full[1], shorter[1]);
        Assert.NotEqual(full[2], shorter[2]);
    }

    [Fact]
    public void Relative_positions_equal_absolute_ones_in_a_plain_window()
    {
        // Scores depend on differences of positions alone.
        using TinyModel model = new();
        float[][] absolute = model.Run(new SlidingWindowOptions { Window = 6 }.ToMethod(), 5);
        float[][] relative = model.Run(new SlidingWindowOptions { Window = 6, Positions = PositionKind.Relative }.ToMethod(), 5);
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < absolute[i].Length; j++)
            {
                Assert.Equal(absolute[i][j], relative[i][j], 1e-3f);
            }
        }
    }

    [Fact]
    public void Nothing_attends_to_evicted_or_unused_slots()
    {
        using TinyModel model = new();
        float[][] clean = model.Run(s_window, 8);
        float[][] poisoned = model.Run(s_window, 8, beforeChunk: generator =>
        {
            KeyValueCache cache = generator.Cache;
            int held = cache.Frames.Length;
            for (int layer = 0; layer < cache.Layout.Layers; layer++)
            {
                // Slots not in use, and those that the next chunk evicts.
                Poison(cache, layer, held, cache.Capacity - held);
                int evicted = Math.Max(0, held + TinyModel.Chunk - cache.Capacity);
                Poison(cache, layer, 2, evicted);
            }
        });
        Assert.Equal(clean, poisoned);

        // The poison would be seen.
        float[][] dead = model.Run(s_window, 8, beforeChunk: g => Poison(g.Cache, 0, 0, Math.Min(1, g.Cache.Frames.Length)));
        Assert.Contains(dead[1], float.IsNaN);
    }

    [Fact]
    public void Work_and_memory_a_chunk_do_not_grow()
    {
        using TinyModel model = new();
        using ChunkGenerator generator = model.Generator(s_window);
        generator.SetPrompt(TinyModel.Prompt(0));
        long calls = 0;
        for (int i = 0; i < 20; i++)
        {
            generator.Next().Dispose();
            Assert.Equal(TinyModel.TwoSteps.StepList.Count + 1, generator.NetworkCalls - calls);
            Assert.Equal(Math.Min(9, (i + 1) * TinyModel.Chunk), generator.Cache.Frames.Length);
            calls = generator.NetworkCalls;
        }
    }

    [Theory]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.UniPC)]
    [InlineData(SamplerKind.DpmSolver)]
    public void Guidance_is_two_runs_with_caches_of_their_own(SamplerKind kind)
    {
        using TinyModel model = new();
        SamplerOptions guided = new() { Kind = kind, Steps = 3, Guidance = 2.5 };
        float[][] latents = model.Run(s_window, 3, guided);

        // The same by hand: one generator a prompt, whose network calls are fed with the guided sample.
        using TensorScope scope = TensorScope.Open();
        SamplerOptions plain = guided with { Guidance = 1 };
        IChunkSampler sampler = plain.Create();
        using GuidedPair pair = new(model, s_window, 2.5f);
        CounterNoise noise = new(1);
        for (int c = 0; c < 3; c++)
        {
            Tensor x = Tensor.Empty([1, TinyModel.Chunk, TinyModel.Config.InChannels, TinyModel.Side, TinyModel.Side]);
            noise.Initial(c * TinyModel.Chunk, x);
            pair.Begin(c * TinyModel.Chunk);
            sampler.Denoise(pair, noise, c * TinyModel.Chunk, x);
            pair.Finish(x);
            for (int i = 0; i < x.Count; i++)
            {
                Assert.Equal(x.Span[i], latents[c][i], 2e-3f);
            }
        }
    }

    [Fact]
    public void A_bfloat16_cache_takes_half_the_memory_and_comes_close()
    {
        using TinyModel model = new();
        float[][] exact = model.Run(s_window, 4);
        long bytes = 0;
        float[][] rounded = model.Run(s_window, 4, beforeChunk: g => bytes = g.Cache.Bytes, cacheType: DType.BF16);
        using ChunkGenerator full = model.Generator(s_window);
        Assert.Equal(full.Cache.Bytes, 2 * bytes);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact[3].Length; i++)
        {
            error += Math.Pow(exact[3][i] - rounded[3][i], 2);
            norm += Math.Pow(exact[3][i], 2);
        }
        Assert.InRange(Math.Sqrt(error / norm), 1e-7, 0.05);
    }

    [Fact]
    public void Samples_of_a_batch_do_not_see_each_other()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        float[][] alone = model.Run(s_window, 4);
        using ChunkGenerator generator = model.Generator(s_window, batch: 2);
        Tensor prompts = Tensor.Empty([2, 4, TinyModel.Config.TextDim]);
        TinyModel.Prompt(0).Span.CopyTo(prompts.Span);
        TinyModel.Prompt(3).Span.CopyTo(prompts.Row(1).Span);
        generator.SetPrompt(prompts);
        for (int c = 0; c < 4; c++)
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
    public void A_new_prompt_acts_from_the_next_chunk_on()
    {
        using TinyModel model = new();
        StreamingMethod[] methods = [s_window, new LongLiveOptions { Window = 9 }.ToMethod(), MethodPresets.Create("infinity-rope")];
        foreach (StreamingMethod method in methods)
        {
            using TensorScope scope = TensorScope.Open();
            float[][] plain = model.Run(method, 5);
            float[][] switched = model.Run(method, 5, beforeChunk: g =>
            {
                if (g.NextFrame == 3 * TinyModel.Chunk)
                {
                    g.SetPrompt(TinyModel.Prompt(1));
                }
            });
            Assert.Equal(plain[..3], switched[..3]);
            Assert.NotEqual(plain[3], switched[3]);
        }
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(s_window);
        Assert.Contains("Set a prompt", Assert.Throws<InvalidOperationException>(() => generator.Next()).Message);
        Assert.Contains(
            "negative prompt has no effect", Assert.Throws<ArgumentException>(() => generator.SetPrompt(TinyModel.Prompt(0), TinyModel.Prompt(1))).Message);
        Assert.Contains("knows no scene cuts", Assert.Throws<ArgumentException>(() => generator.SetPrompt(TinyModel.Prompt(0), cut: true)).Message);
        Assert.Contains("a multiple of 3", Assert.Throws<ArgumentException>(() => generator.Append(Tensor.Zeros([1, 4, 3, 4, 4]))).Message);
        using ChunkGenerator guided = model.Generator(s_window, new SamplerOptions { Kind = SamplerKind.Euler, Steps = 2, Guidance = 3 });
        Assert.Contains("needs a negative prompt", Assert.Throws<ArgumentException>(() => guided.SetPrompt(TinyModel.Prompt(0))).Message);
        Assert.Contains("do not go with", Assert.Throws<ArgumentException>(() => guided.SetPrompt(TinyModel.Prompt(0), Tensor.Zeros([1, 2, 7]))).Message);
        using ChunkGenerator full = model.Generator(MethodPresets.Create("full"), totalFrames: 3);
        full.SetPrompt(TinyModel.Prompt(0));
        full.Next();
        Assert.Contains("planned for 3 latent frames", Assert.Throws<InvalidOperationException>(() => full.Next()).Message);
        Assert.Contains("needs the length", Assert.Throws<ArgumentException>(() => model.Generator(MethodPresets.Create("full"))).Message);
        StreamingMethod narrow = new() { Name = "narrow", Context = _ => new SlidingWindowContext(4, 2) };
        using ChunkGenerator small = model.Generator(narrow);
        small.SetPrompt(TinyModel.Prompt(0));
        Assert.Contains("window of at least 5", Assert.Throws<InvalidOperationException>(() => small.Next()).Message);
    }

    internal static void Poison(KeyValueCache cache, int layer, int frame, int frames)
    {
        int perFrame = cache.Layout.TokensPerFrame * cache.Layout.Heads * cache.Layout.HeadDim;
        cache.Keys(layer).Span.Slice(frame * perFrame, frames * perFrame).Fill(float.NaN);
        cache.Values(layer).Span.Slice(frame * perFrame, frames * perFrame).Fill(float.NaN);
    }

    /// <summary>Guidance the long way round.</summary>
    private sealed class GuidedPair : IVelocityField, IDisposable
    {
        private readonly KeyValueCache[] _caches = new KeyValueCache[2];
        private readonly GuidedNetwork[] _networks = new GuidedNetwork[2];
        private readonly float _guidance;

        public GuidedPair(TinyModel model, StreamingMethod method, float guidance)
        {
            _guidance = guidance;
            RunInfo run = new(1, TinyModel.Chunk, null);
            CacheLayout layout = CacheLayout.For(TinyModel.Config, 1, TinyModel.Side, TinyModel.Side);
            for (int i = 0; i < 2; i++)
            {
                _caches[i] = new KeyValueCache(model.Compute, layout, model.Transformer.Rotary, method.Context(run), method.Positions(run), method.Frequencies(run));
                _networks[i] = new GuidedNetwork(model.Compute, model.Transformer, _caches[i], 1);
                _networks[i].SetPrompt(TinyModel.Prompt(i * 99), null);
            }
        }

        public void Begin(long frame)
        {
            foreach (KeyValueCache cache in _caches)
            {
                cache.BeginChunk(frame, TinyModel.Chunk);
            }
        }

        public void Velocity(Tensor x, float timestep, Tensor velocity)
        {
            using Tensor negative = Tensor.Empty(x.Shape);
            _networks[0].Velocity(x, timestep, velocity);
            _networks[1].Velocity(x, timestep, negative);
            for (int i = 0; i < x.Count; i++)
            {
                velocity.Span[i] = negative.Span[i] + (_guidance * (velocity.Span[i] - negative.Span[i]));
            }
        }

        public void Finish(Tensor clean)
        {
            for (int i = 0; i < 2; i++)
            {
                _networks[i].Write(clean);
                _caches[i].Commit();
            }
        }

        public void Dispose()
        {
            for (int i = 0; i < 2; i++)
            {
                _caches[i].Dispose();
                _networks[i].Dispose();
            }
        }
    }
}
