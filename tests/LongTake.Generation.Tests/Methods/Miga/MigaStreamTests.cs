using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.Clips;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.Miga;

public class MigaStreamTests
{
    private static readonly MigaOptions s_small = new()
    {
        Steps = 12,
        Zigzag = 2,
        UnifiedSteps = 3,
        Guidance = 2,
        Stride = 2,
        ReflectPosition = 3,
        Threshold = 0,
        ReflectCandidates = 2,
    };

    /// <summary>All steps unified, one clip, no margin: plain sampling of the clip. Source: miga.md 11, test 5.</summary>
    [Theory]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.UniPC)]
    public void With_all_steps_unified_a_clip_is_plain_sampling_bit_for_bit(SamplerKind kind) => IsPlainSampling(kind, new MigaOptions
    {
        Steps = 5,
        UnifiedSteps = 5,
        Zigzag = 3,
        Margin = 0,
    });

    /// <summary>One chunk as wide as the window, no guidance, nothing before or after it: plain sampling of the clip.</summary>
    [Theory]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.UniPC)]
    public void A_zigzag_as_wide_as_the_window_is_plain_sampling_bit_for_bit(SamplerKind kind) => IsPlainSampling(kind, new MigaOptions
    {
        Steps = 5,
        UnifiedSteps = 0,
        Zigzag = 6,
        Guidance = 0,
        Start = QueueStart.Noise,
        Margin = 0,
        Lookahead = 0,
        Reflect = false,
    });

    /// <summary>Levels of one latent, no unified steps, no guidance: FIFO with windows that keep their first latents. Source: miga.md 11, test 4.</summary>
    [Theory]
    [InlineData(QueueGrowth.Paper)]
    [InlineData(QueueGrowth.Code)]
    public void With_a_zigzag_of_one_it_is_fifo_with_windows_that_keep_their_first_latents(QueueGrowth growth)
    {
        const int Frames = 5;
        const int Latents = 20;
        MigaOptions options = new()
        {
            Steps = 9,
            UnifiedSteps = 0,
            Zigzag = 1,
            Guidance = 0,
            Stride = 2,
            Start = QueueStart.Noise,
            Growth = growth,
            Reflect = false,
        };
        ClipRunInfo run = ClipFixture.Info(Frames, Latents);
        List<float[]> latents = ClipFixture.Collect(options.ToMethod(), run, new MixingNetwork());
        Assert.Equal(Fifo(run, options.Steps, Frames, options.Stride, Latents, growth == QueueGrowth.Code), latents);
    }

    /// <summary>Windows read nothing that an earlier one of the pass has written, but for guidance. Source: miga.md 11, test 6.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public void Shadow_and_in_place_passes_differ_by_guidance_alone(int guidance, bool same)
    {
        ClipRunInfo run = ClipFixture.Info(6, 30, SamplerKind.UniPC);
        MigaOptions options = s_small with { Guidance = guidance, Reflect = false };
        List<float[]> shadow = ClipFixture.Collect(options.ToMethod(), run, new MixingNetwork());
        List<float[]> inPlace = ClipFixture.Collect((options with { Passes = PassOrder.InPlace }).ToMethod(), run, new MixingNetwork());
        Assert.Equal(same, shadow.Zip(inPlace).All(p => p.First.SequenceEqual(p.Second)));
    }

    /// <summary>The second stage window by window, as latents come, is the second stage step by step over the whole video. Source: miga.md 4.6.</summary>
    [Fact]
    public void The_second_stage_in_constant_memory_is_the_one_over_the_whole_video()
    {
        const int Frames = 5;
        const int Stride = 2;
        const int Steps = 7;
        const int Latents = 37;
        ClipRunInfo run = ClipFixture.Info(Frames, Latents);
        MigaOptions options = new() { Steps = Steps, UnifiedSteps = Steps, Zigzag = 1, Stride = Stride, MovingWindows = true };
        List<float[]> streamed = ClipFixture.Collect(options.ToMethod(), run, new MixingNetwork());
        LatentEuler solver = new(Steps);
        MixingNetwork network = new();
        using LatentQueue whole = new(Latents, run.Latent, solver, run.Seed);
        using WindowPass pass = new(network, run, Latents);
        List<PassWindow> windows = [];
        for (int i = 0; i < Latents; i++)
        {
            whole.PushNoise(i);
        }
        for (int j = 0; j < Steps; j++)
        {
            WindowPlan.Moving(Latents, Frames, Stride, j, windows);
            pass.Run(whole, windows, null, 0, 0, default);
        }
        Assert.Equal(Enumerable.Range(0, Latents).Select(i => whole.Sample(i).ToArray()), streamed);
    }

    [Fact]
    public void A_video_without_end_begins_like_one_with_an_end()
    {
        MigaOptions options = s_small with { MovingWindows = true, Margin = -1 };
        List<float[]> ending = ClipFixture.Collect(options.ToMethod(), ClipFixture.Info(6, 40), new MixingNetwork());
        using LatentStream endless = ClipFixture.Start(options.ToMethod(), ClipFixture.Info(6, null), new MixingNetwork());
        List<float[]> first = [];
        while (first.Count < 30)
        {
            ClipFixture.Add(endless.Advance(), first);
        }
        Assert.Equal(ending.Take(30), first.Take(30));
    }

    [Fact]
    public void Each_prompt_holds_from_its_latent_on()
    {
        ClipRunInfo run = ClipFixture.Info(6, 30, prompts: [0, 11, 20]);
        foreach (PromptRule rule in (PromptRule[])[PromptRule.Window, PromptRule.Latent])
        {
            bool mixed = false;
            MixingNetwork network = new()
            {
                Called = call =>
                {
                    mixed |= call.Prompts.IndexOfAnyExcept(call.Prompts[0]) >= 0;
                    for (int i = 0; i < call.Frames && rule == PromptRule.Latent; i++)
                    {
                        Assert.Equal(run.PromptAt(call.Places[i]), call.Prompts[i]);
                    }
                },
            };
            ClipFixture.Collect((s_small with { Prompts = rule }).ToMethod(), run, network);
            Assert.Equal(rule == PromptRule.Latent, mixed);
        }
        Assert.Equal([0, 0, 1, 1, 2, 2], new long[] { -3, 10, 11, 19, 20, 99 }.Select(run.PromptAt));
    }

    [Fact]
    public void Noise_of_a_latent_depends_on_its_place_alone()
    {
        // The seed's noise of a place is what a causal run would start that latent from.
        using Tensor noise = Tensor.Empty([1, 1, 3, 2, 2]);
        new CounterNoise(5).Initial(12, noise);
        Assert.Equal(noise.Span.ToArray(), ClipFixture.Noise(5, 12));
    }

    private static void IsPlainSampling(SamplerKind kind, MigaOptions options)
    {
        const int Frames = 6;
        using TinyModel model = new();
        ClipRunInfo run = ClipFixture.Info(Frames, Frames, kind) with { Height = TinyModel.Side, Width = TinyModel.Side };
        run = run with { Sampler = run.Sampler with { Guidance = 3, Steps = options.Steps } };
        using TensorScope scope = TensorScope.Open();
        using ClipNetwork network = new(model.Compute, model.Transformer, run, [TinyModel.Prompt(0)], TinyModel.Prompt(1));
        float[] streamed = [.. ClipFixture.Collect(options.ToMethod(), run, network).SelectMany(l => l)];
        Tensor start = Tensor.Empty([1, Frames, 3, TinyModel.Side, TinyModel.Side]);
        CounterNoise noise = new(run.Seed);
        noise.Initial(0, start);
        Tensor plain = new BidirectionalSampler(model.Transformer, run.Sampler).Sample(model.Compute, start, noise, TinyModel.Prompt(0), TinyModel.Prompt(1));
        Assert.Equal(plain.Span.ToArray(), streamed);
    }

    /// <summary>A queue written out plainly: noise enters, every latent goes one level on, the head leaves when it is clean.</summary>
    private static List<float[]> Fifo(ClipRunInfo run, int steps, int frames, int stride, int latents, bool remainderFirst)
    {
        LatentEuler solver = new(steps);
        MixingNetwork network = new();
        List<(float[] Latent, int Level)> queue = [];
        List<float[]> done = [];
        int entered = 0;
        bool grown = false;
        while (done.Count < latents)
        {
            queue.Add((ClipFixture.Noise(run.Seed, entered++), 0));
            List<float[]> velocities = [];
            int length = Math.Min(frames, queue.Count);
            int last = queue.Count - length;

            // In the authors' code the remainder comes first while the queue grows; otherwise it comes before the last window.
            List<(int Start, int Keep)> windows = [];
            int start = 0;
            if (remainderFirst && !grown && last % stride > 0)
            {
                windows.Add((0, last % stride));
                start = last % stride;
            }
            for (; start + stride <= last; start += stride)
            {
                windows.Add((start, stride));
            }
            if (start < last)
            {
                windows.Add((start, last - start));
            }
            windows.Add((last, length));
            foreach ((int from, int keep) in windows)
            {
                using ClipCall call = new(length, run.Latent);
                for (int i = 0; i < length; i++)
                {
                    call.Set(i, queue[from + i].Latent, solver.Timestep(queue[from + i].Level), 0, 0);
                }
                network.Predict(call);
                for (int i = 0; i < keep; i++)
                {
                    velocities.Add(call.VelocityOf(i).ToArray());
                }
            }
            for (int i = 0; i < queue.Count; i++)
            {
                (float[] x, int level) = queue[i];
                float distance = solver.Sigmas[level + 1] - solver.Sigmas[level];
                for (int k = 0; k < x.Length; k++)
                {
                    x[k] += distance * velocities[i][k];
                }
                queue[i] = (x, level + 1);
            }
            grown |= queue[0].Level >= steps - 2;
            if (queue[0].Level == steps)
            {
                done.Add(queue[0].Latent);
                queue.RemoveAt(0);
            }
        }
        return done;
    }
}
