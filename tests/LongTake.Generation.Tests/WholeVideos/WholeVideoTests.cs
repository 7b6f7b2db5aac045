using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Clips;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.WholeVideos;

/// <summary>What every method that makes the whole video at once has to do.</summary>
public class WholeVideoTests
{
    private const int Long = 14;

    public static TheoryData<string> Methods => new(ClipRuns.Methods);

    /// <summary>Settings with which a method does nothing but plain sampling, at any length.</summary>
    public static TheoryData<string> Undone => new()
    {
        "gen-l-video:window=14",
        "gen-l-video:form=flow+window=14+noise=iid",
        "gen-l-video:window=40",
        "freenoise:window=14",
        "freelong:window=14",
        "freelong:d-t=1e30+d-s=1e30+blend-steps=1+reschedule=off",
        "freelong:alpha=13+reschedule=off",
        "freepca:window=14",
        "ultravico:window=14",
        "ultravico:alpha=1+mask-first=off",
        "clip.ntk:trained-frames=14",
        "clip.riflex:repeats-at=1000+pair=2",
    };

    /// <summary>The length of one clip is plain sampling of a clip, bit for bit.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void One_clip_is_plain_sampling_bit_for_bit(string method)
    {
        foreach (SamplerKind kind in (SamplerKind[])[SamplerKind.UniPC, SamplerKind.Euler])
        {
            ClipRunInfo run = ClipRuns.Info(ClipRuns.Trained, kind, guidance: 2);
            Assert.Equal(Plain(run), ClipRuns.Run(method, run));
        }
    }

    [Theory]
    [MemberData(nameof(Undone))]
    public void Windows_as_long_as_the_video_and_the_like_are_direct_sampling(string method)
    {
        ClipRunInfo run = ClipRuns.Info(Long);
        float[] direct = ClipRuns.Run("direct", run);
        Assert.Equal(Plain(run), direct);
        Assert.Equal(direct, ClipRuns.Run(method, run));
    }

    /// <summary>Beyond a clip every method makes something else than direct sampling, the same on any number of threads.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Longer_videos_are_the_methods_own_and_do_not_depend_on_threads(string method)
    {
        ClipRunInfo run = ClipRuns.Info(Long, steps: 3, guidance: 2, prompts: [0, 8]);
        float[] one = ClipRuns.Run(method, run);
        Assert.Equal(Long * run.LatentSize, one.Length);
        Assert.All(one, v => Assert.True(float.IsFinite(v)));
        Assert.Equal(one, ClipRuns.Run(method, run, threads: 3));
        if (method != "direct")
        {
            Assert.NotEqual(ClipRuns.Run("direct", run), one);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_resumed_run_gives_the_same_bytes_wherever_it_stopped(string method)
    {
        ClipRunInfo run = ClipRuns.Info(Long, guidance: 2);
        using TinyModel model = new();
        using ClipNetwork network = ClipRuns.Network(model, run);
        using LatentStream whole = ClipRuns.Start(method, ref run, network);
        float[] expected = ClipRuns.Finish(whole);
        foreach (int stop in (int[])[0, 1, 3, 5])
        {
            using LatentStream first = ClipRuns.Start(method, ref run, network);
            List<float> made = [];
            for (int i = 0; i < stop; i++)
            {
                using Tensor? block = first.Advance();
                made.AddRange(block is null ? [] : block.Span);
            }
            using GenerationState state = new();
            first.Save(state);
            using LatentStream second = ClipRuns.Start(method, ref run, network);
            second.Restore(state);
            made.AddRange(ClipRuns.Finish(second));
            Assert.Equal(expected, made);
        }
    }

    /// <summary>Acceptance test 1 of fifo-and-sliding-window.md 13; and the calls are those of the plan.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void With_an_oracle_the_result_is_its_video_in_the_calls_that_were_planned(string method)
    {
        foreach (SamplerKind kind in (SamplerKind[])[SamplerKind.UniPC, SamplerKind.Euler])
        {
            ClipRunInfo run = ClipFixture.Info(ClipRuns.Trained, Long, kind, steps: 5);
            OracleNetwork oracle = new((FlowLatentSolver)LatentSolver.For(run.Sampler));
            List<float[]> made = ClipFixture.Collect(ClipRuns.Make(method), run, oracle);
            Assert.Equal(Long, made.Count);
            for (int place = 0; place < Long; place++)
            {
                float[] target = ClipFixture.Target(place);
                for (int i = 0; i < target.Length; i++)
                {
                    Assert.Equal(target[i], made[place][i], 2e-5f);
                }
            }
            ClipPlan plan = ClipRuns.Make(method).Plan(run);
            Assert.Equal(plan.Calls, oracle.Calls);
            Assert.Equal(Long, plan.LatentsHeld);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_cancelled_step_leaves_the_run_as_it_was(string method)
    {
        ClipRunInfo run = ClipRuns.Info(Long);
        MixingNetwork network = new();
        using LatentStream stream = ClipRuns.Start(method, ref run, network);
        using LatentStream untouched = ClipRuns.Start(method, ref run, new MixingNetwork());
        Assert.Null(stream.Advance());
        using CancellationTokenSource source = new();
        network.Called = _ => source.Cancel();
        if (ClipRuns.Make(method).Plan(run).CallFrames < Long)
        {
            Assert.Throws<OperationCanceledException>(() => stream.Advance(source.Token));
        }
        else
        {
            source.Cancel();
            Assert.Throws<OperationCanceledException>(() => stream.Advance(source.Token));
        }
        network.Called = null;
        Assert.Equal(ClipRuns.Finish(untouched), ClipRuns.Finish(stream));
    }

    [Fact]
    public void Finished_latents_are_handed_out_a_few_at_a_time()
    {
        ClipRunInfo run = ClipRuns.Info(Long, steps: 2);
        using LatentStream stream = ClipRuns.Start("direct", ref run, new MixingNetwork());
        List<int> blocks = [];
        while (!stream.IsDone)
        {
            using Tensor? block = stream.Advance();
            blocks.Add(block?.Shape[1] ?? 0);
        }
        Assert.Equal([0, 3, 3, 3, 3, 2], blocks);
        Assert.Null(stream.Advance());
    }

    [Fact]
    public void A_run_without_an_end_is_refused()
    {
        foreach (string method in ClipRuns.Methods)
        {
            ClipRunInfo run = ClipRuns.Info(Long) with { Latents = null };
            Assert.Contains("needs its length", Assert.Throws<ArgumentException>(() => ClipRuns.Start(method, ref run, new MixingNetwork())).Message);
            ClipRunInfo endless = ClipRuns.Info(Long) with { Latents = 1_000_000 };
            Assert.Contains("1000000 latents cannot be in work at once", Assert.Throws<ArgumentException>(
                () => ClipRuns.Start(method, ref endless, new MixingNetwork())).Message);
        }
    }

    /// <summary>Each latent of a call over the whole video is under its own scene's prompt.</summary>
    [Fact]
    public void Latents_are_under_the_prompt_of_their_scene()
    {
        ClipRunInfo run = ClipRuns.Info(Long, steps: 1, prompts: [0, 5, 9]);
        List<int> prompts = [];
        using LatentStream stream = ClipRuns.Start("freenoise", ref run, new MixingNetwork { Called = call => prompts.AddRange(call.Prompts) });
        ClipRuns.Finish(stream);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2], prompts);
    }

    /// <summary>Plain sampling of the whole length as one clip, by the sampler of clips.</summary>
    private static float[] Plain(ClipRunInfo run)
    {
        using TensorScope scope = TensorScope.Open();
        using TinyModel model = new();
        Tensor noise = Tensor.Empty([1, (int)run.Latents!.Value, run.Latent[0], run.Height, run.Width]);
        CounterNoise policy = new(run.Seed);
        policy.Initial(0, noise);
        BidirectionalSampler sampler = new(model.Transformer, run.Sampler);
        return sampler.Sample(model.Compute, noise, policy, TinyModel.Prompt(0), run.Sampler.IsGuided ? TinyModel.Prompt(99) : null).Span.ToArray();
    }
}
