using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Clips;

public class ClipNetworkTests
{
    private const int Frames = 5;

    [Theory]
    [InlineData(SamplerKind.Euler, 1)]
    [InlineData(SamplerKind.UniPC, 3)]
    public void Stepping_a_clip_is_the_bidirectional_sampler_bit_for_bit(SamplerKind kind, double guidance)
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        ClipRunInfo run = Run(1, kind, guidance);
        using ClipNetwork network = Network(model, run);
        using ClipSampler clip = new(network, run, LatentSolver.For(run.Sampler), Frames);
        while (!clip.IsDone)
        {
            clip.Step();
        }
        Tensor noise = Tensor.Empty([1, Frames, 3, TinyModel.Side, TinyModel.Side]);
        CounterNoise source = new(run.Seed);
        source.Initial(0, noise);
        Tensor plain = new BidirectionalSampler(model.Transformer, run.Sampler)
            .Sample(model.Compute, noise, source, TinyModel.Prompt(0), guidance == 1 ? null : TinyModel.Prompt(99));
        Assert.Equal(plain.Span.ToArray(), Enumerable.Range(0, Frames).SelectMany(i => clip.Sample(i).ToArray()));
        Assert.Equal(run.Sampler.Steps, network.Calls);
    }

    [Fact]
    public void The_same_prompt_under_two_numbers_is_one_prompt()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        ClipRunInfo run = Run(2, SamplerKind.Euler, 2);
        using ClipNetwork network = new(model.Compute, model.Transformer, run, [TinyModel.Prompt(0), TinyModel.Prompt(0)], TinyModel.Prompt(99));
        float[] one = Predict(network, run, [0, 0, 0, 0, 0]);
        float[] two = Predict(network, run, [0, 0, 1, 1, 0]);
        for (int i = 0; i < one.Length; i++)
        {
            Assert.Equal(one[i], two[i], 1e-5f);
        }
    }

    /// <summary>A frame's own tokens see its own prompt; others feel it through self-attention alone.</summary>
    [Fact]
    public void A_prompt_of_one_frame_acts_on_that_frame()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        ClipRunInfo run = Run(2, SamplerKind.Euler, 1);
        using ClipNetwork network = Network(model, run);
        using SelfOnly alone = new();
        float[] a = Predict(network, run, [0, 0, 0, 0, 0], alone);
        float[] b = Predict(network, run, [0, 0, 1, 0, 0], alone);
        float[] all = Predict(network, run, [1, 1, 1, 1, 1], alone);
        int size = run.LatentSize;
        for (int f = 0; f < Frames; f++)
        {
            float[] expected = f == 2 ? all : a;
            for (int i = f * size; i < (f + 1) * size; i++)
            {
                Assert.Equal(expected[i], b[i], 1e-5f);
            }
        }
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void More_prompts_than_are_held_give_what_they_gave()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        const int Prompts = ClipNetwork.HeldPrompts + 3;
        ClipRunInfo run = Run(Prompts, SamplerKind.Euler, 2);
        using ClipNetwork network = Network(model, run);
        float[][] first = [.. Enumerable.Range(0, Prompts).Select(p => Predict(network, run, [p, p, p, p, p]))];
        for (int p = Prompts - 1; p >= 0; p--)
        {
            Assert.Equal(first[p], Predict(network, run, [p, p, p, p, p]));
        }
        Assert.Equal(Prompts, first.Select(v => v[0]).Distinct().Count());
        float[] mixed = Predict(network, run, [6, 5, 4, 3, 2]);
        Assert.Equal(mixed, Predict(network, run, [6, 5, 4, 3, 2]));
    }

    /// <summary>The first block under one prompt and the second under others is neither of the two, and all blocks under one prompt is that prompt.</summary>
    [Fact]
    public void The_first_blocks_may_see_another_prompt_than_the_rest()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        ClipRunInfo run = Run(3, SamplerKind.Euler, 2);
        using ClipNetwork network = Network(model, run);
        List<float[]> blocks = [];
        model.Transformer.BlockOutput = (_, y) => blocks.Add(y.Span.ToArray());
        int[] own = [0, 0, 1, 1, 1];
        float[] plain = Predict(network, run, own);
        float[] injected = Predict(network, run, [2, 2, 2, 2, 2]);
        float[] mixed = Predict(network, run, own, first: (1, 2));
        Assert.Equal(TinyModel.Config.LayerCount * 3, blocks.Count);
        Assert.Equal(blocks[2], blocks[4]);
        Assert.NotEqual(blocks[0], blocks[4]);
        Assert.NotEqual(plain, mixed);
        Assert.NotEqual(injected, mixed);
        Assert.NotEqual(mixed, Predict(network, run, [0, 0, 0, 0, 0], first: (1, 2)));
        Assert.Equal(plain, Predict(network, run, own, first: (0, 2)));
        Assert.Equal(injected, Predict(network, run, own, first: (2, 2)));
        Assert.Equal(injected, Predict(network, run, [2, 2, 2, 2, 2], first: (1, 2)));
    }

    [Fact]
    public void The_head_of_the_authors_code_sees_the_first_timestep()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        ClipRunInfo run = Run(1, SamplerKind.Euler, 1);
        using ClipNetwork network = Network(model, run);
        float[] own = Predict(network, run, [0, 0, 0, 0, 0]);
        network.HeadSeesFirstTimestep = true;
        float[] first = Predict(network, run, [0, 0, 0, 0, 0]);
        int size = run.LatentSize;
        Assert.Equal(own.Take(size), first.Take(size));
        Assert.NotEqual(own.Skip(size), first.Skip(size));

        // Where all have one timestep there is nothing to tell apart.
        float[] same = Predict(network, run, [0, 0, 0, 0, 0], uniform: true);
        network.HeadSeesFirstTimestep = false;
        Assert.Equal(same, Predict(network, run, [0, 0, 0, 0, 0], uniform: true));
        Assert.False(model.Transformer.HeadSeesFirstTimestep);
    }

    [Fact]
    public void Warm_calls_allocate_nothing()
    {
        using TinyModel model = new();
        ClipRunInfo run = Run(1, SamplerKind.UniPC, 2);
        using Tensor prompt = TinyModel.Prompt(0);
        using Tensor negative = TinyModel.Prompt(99);
        using ClipNetwork network = new(model.Compute, model.Transformer, run, [prompt], negative);
        using ClipCall call = Call(run, [0, 0, 0, 0, 0], false);
        for (int i = 0; i < 3; i++)
        {
            network.Predict(call);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            network.Predict(call);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Threads_make_no_difference()
    {
        float[][] results = [.. new[] { 1, 3 }.Select(threads =>
        {
            using TinyModel model = new(threads);
            using TensorScope scope = TensorScope.Open();
            ClipRunInfo run = Run(2, SamplerKind.Euler, 2);
            using ClipNetwork network = Network(model, run);
            return Predict(network, run, [0, 1, 1, 0, 0]);
        })];
        Assert.Equal(results[0], results[1]);
    }

    private static ClipRunInfo Run(int prompts, SamplerKind kind, double guidance)
    {
        ClipRunInfo run = ClipFixture.Info(Frames, Frames, kind, 4, prompts: [.. Enumerable.Range(0, prompts).Select(p => (long)p)]);
        return run with { Height = TinyModel.Side, Width = TinyModel.Side, Sampler = run.Sampler with { Guidance = guidance } };
    }

    private static ClipNetwork Network(TinyModel model, ClipRunInfo run) => new(
        model.Compute,
        model.Transformer,
        run,
        [.. run.PromptStarts.Select((_, i) => TinyModel.Prompt(i))],
        run.Sampler.IsGuided ? TinyModel.Prompt(99) : null);

    private static ClipCall Call(ClipRunInfo run, int[] prompts, bool uniform)
    {
        ClipCall call = new(Frames, run.Latent);
        float[] latent = new float[run.LatentSize];
        for (int f = 0; f < Frames; f++)
        {
            new CounterRandom(3, (ulong)f).FillNormal(latent);
            call.Set(f, latent, uniform ? 500 : 900 - (150 * f), prompts[f], f);
        }
        return call;
    }

    private static float[] Predict(
        ClipNetwork network, ClipRunInfo run, int[] prompts, ISelfAttention? attention = null, bool uniform = false, (int Layers, int Prompt) first = default)
    {
        using ClipCall call = Call(run, prompts, uniform);
        (call.FirstLayers, call.FirstPrompt) = first;
        call.Attention = attention;
        network.Predict(call);
        return call.Velocity.Span.ToArray();
    }

    /// <summary>Every token sees itself alone, so that frames know nothing of each other.</summary>
    private sealed class SelfOnly : ISelfAttention, IDisposable
    {
        public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v) => v.Clone();

        public void Dispose()
        {
        }
    }
}
