using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.Clips;

namespace LongTake.Generation.Tests.Methods.Fifo;

public class FifoStreamTests
{
    public static TheoryData<FifoWindowing, SamplerKind> Ways => new()
    {
        { FifoWindowing.Lookahead, SamplerKind.Euler },
        { FifoWindowing.Lookahead, SamplerKind.UniPC },
        { FifoWindowing.Blocks, SamplerKind.UniPC },
        { FifoWindowing.KeepFirst, SamplerKind.Euler },
    };

    /// <summary>Source: fifo-and-sliding-window.md 13, tests 1 and 2.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void An_oracle_gets_its_video_and_every_entry_stands_at_its_level(FifoWindowing windowing, SamplerKind kind)
    {
        foreach (int frames in (int[])[4, 5])
        {
            FifoOptions options = new() { Partitions = 2, Windowing = windowing };
            ClipRunInfo run = ClipFixture.Info(frames, 17, kind);
            int steps = options.StepsFor(frames);
            FlowLatentSolver solver = (FlowLatentSolver)LatentSolver.For(run.Sampler with { Steps = steps });
            OracleNetwork network = new(solver);
            using LatentStream stream = ClipFixture.Start(options.ToMethod(), run, network);
            LatentQueue queue = ((FifoStream)stream).Queue;
            int prefix = FifoWindows.Prefix(windowing, frames);
            List<float[]> latents = [];
            while (!stream.IsDone)
            {
                ClipFixture.Add(stream.Advance(), latents);
                for (int i = 0; i < queue.Count; i++)
                {
                    Assert.Equal(i < prefix ? steps : steps - 1 - (i - prefix), queue.Level(i));
                    Assert.Equal(queue.Place(0) + i, queue.Place(i));
                }
            }
            Assert.Equal(17, latents.Count);
            for (int place = 0; place < latents.Count; place++)
            {
                float[] target = ClipFixture.Target(place);
                for (int i = 0; i < target.Length; i++)
                {
                    Assert.Equal(target[i], latents[place][i], 2e-5f);
                }
            }
            ClipMethod method = options.ToMethod();
            Assert.Equal(method.Plan(method.Prepare(run)).Calls, network.Calls);
        }
    }

    /// <summary>Source: fifo-and-sliding-window.md 2.9: n windows a latent without lookahead, 2n with.</summary>
    [Theory]
    [InlineData(FifoWindowing.Blocks, 3)]
    [InlineData(FifoWindowing.Lookahead, 6)]
    public void Calls_a_latent_are_those_of_the_formula(FifoWindowing windowing, int calls)
    {
        ClipMethod method = new FifoOptions { Partitions = 3, Windowing = windowing }.ToMethod();
        long? of(long n) => method.Plan(method.Prepare(ClipFixture.Info(21, n))).Calls;
        Assert.Equal(100 * calls, of(200) - of(100));
        Assert.Equal(63 + ((100 + 42) * calls), of(100));
    }

    /// <summary>Source: fifo-and-sliding-window.md 13, test 3.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Sweeps_in_place_and_from_a_snapshot_agree_bit_for_bit(int frames)
    {
        ClipRunInfo run = ClipFixture.Info(frames, 15, SamplerKind.UniPC);
        FifoOptions options = new() { Partitions = 3 };
        List<float[]> snapshot = ClipFixture.Collect(options.ToMethod(), run, new MixingNetwork());
        Assert.Equal(snapshot, ClipFixture.Collect((options with { Passes = PassOrder.InPlace }).ToMethod(), run, new MixingNetwork()));
    }

    /// <summary>
    /// One partition without lookahead: the queue is the clip, and its latents go on from their own levels. Written out here.
    /// Source: fifo-and-sliding-window.md 13, test 2.
    /// </summary>
    [Fact]
    public void With_one_partition_the_first_latent_takes_the_last_step_of_its_window()
    {
        const int Frames = 4;
        ClipRunInfo run = ClipFixture.Info(Frames, Frames);
        FifoOptions options = new() { Partitions = 1, Windowing = FifoWindowing.Blocks };
        List<float[]> latents = ClipFixture.Collect(options.ToMethod(), run, new MixingNetwork());
        LatentEuler solver = new(Frames);
        MixingNetwork network = new();
        using ClipSampler clip = new(network, run, solver, Frames);
        while (!clip.IsDone)
        {
            clip.Step();
        }
        using ClipCall call = new(Frames, run.Latent);
        List<float[]> queue = [];
        for (int i = 0; i < Frames; i++)
        {
            float[] noise = new float[ClipFixture.Size];
            ClipNoise.Renoise(run.Seed, i, noise);
            solver.AddNoise(clip.Sample(i), noise, Frames - 1 - i, noise);
            queue.Add(noise);
        }
        for (int n = 0; n < Frames; n++)
        {
            for (int i = 0; i < Frames; i++)
            {
                call.Set(i, queue[i], solver.Timestep(Frames - 1 - i), 0, 0);
            }
            network.Predict(call);
            for (int i = 0; i < Frames; i++)
            {
                int level = Frames - 1 - i;
                float distance = solver.Sigmas[level + 1] - solver.Sigmas[level];
                for (int k = 0; k < ClipFixture.Size; k++)
                {
                    queue[i][k] += distance * call.VelocityOf(i)[k];
                }
            }
            Assert.Equal(queue[0], latents[n]);
            queue.RemoveAt(0);
            queue.Add(ClipFixture.Noise(run.Seed, Frames + n));
        }
    }

    [Fact]
    public void The_whole_queue_is_under_the_prompt_of_the_latent_that_leaves()
    {
        ClipRunInfo run = ClipFixture.Info(4, 12, prompts: [0, 6]);
        List<(int Prompt, long Place)> seen = [];
        MixingNetwork network = new() { Called = c => Assert.True(c.Prompts.IndexOfAnyExcept(c.Prompts[0]) < 0) };
        using LatentStream stream = ClipFixture.Start(new FifoOptions { Partitions = 2 }.ToMethod(), run, network);
        while (!stream.IsDone)
        {
            long next = stream.Emitted;
            int prompt = -1;
            network.Called = c => prompt = c.Prompts[0];
            bool emits = stream.Advance() is not null;
            if (emits)
            {
                Assert.Equal(run.PromptAt(next), prompt);
            }
        }
    }
}
