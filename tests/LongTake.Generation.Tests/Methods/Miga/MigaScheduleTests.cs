using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Tests.Clips;

namespace LongTake.Generation.Tests.Methods.Miga;

public class MigaScheduleTests
{
    /// <summary>
    /// The authors' run: growth one pass shorter than in the paper; of a short video a clip of look-ahead that never leaves and then nothing more enters, of a long one
    /// the tail is always refilled; the margin that is dropped is part of their N. Source: miga.md 9, the table of totals.
    /// </summary>
    [Theory]
    [InlineData(6, 21, 26, 250, 40)]
    [InlineData(20, 21, 184, 518, 138)]
    [InlineData(40, -1, 618, 1270, 278)]
    [InlineData(60, -1, 618, 1890, 418)]
    public void Calls_of_the_authors_run_are_the_golden_ones(int chunks, int lookahead, int growth, int queue, int unified)
    {
        int latents = chunks * 7;
        MigaOptions options = new()
        {
            UnifiedSteps = 10,
            MovingWindows = true,
            Growth = QueueGrowth.Code,
            Reflect = false,
            Margin = 0,
            Lookahead = lookahead,
        };
        QueueSchedule schedule = new(options, latents, 21);
        List<PassWindow> windows = [];
        int[] calls = new int[2];
        int longest = 0;
        while (!schedule.IsDone)
        {
            QueuePass pass = schedule.Next();
            MigaWindows.Fill(options, 21, pass, windows);
            calls[pass.Grows ? 0 : 1] += windows.Count;
            longest = Math.Max(longest, pass.Length);
            schedule.Commit(pass);
        }
        Assert.Equal((growth, queue), (calls[0], calls[1]));
        Assert.Equal(lookahead < 0 ? 308 : 21 + latents, longest);
        int sum = 0;
        for (int step = 0; step < 10; step++)
        {
            WindowPlan.Moving(latents, 21, 10, step, windows);
            sum += windows.Count;
        }
        Assert.Equal(unified, sum);
    }

    /// <summary>Source: miga.md 4.1, 4.3 and 9: 31 windows for 7 latents, and a call for each stride in each unified step.</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    public void Calls_of_a_steady_queue_are_those_of_the_formula(int unified)
    {
        MigaOptions options = new() { Reflect = false, UnifiedSteps = unified };
        long more = MigaPlan.Calls(options, 7000, 21) - MigaPlan.Calls(options, 3500, 21);
        Assert.Equal((3500 / 7 * 31) + (unified * 3500 / 10), more);
    }

    /// <summary>T - n_zig - e passes of growth in the paper, 39 for Wan in the authors' code. Source: miga.md 4.2, 4.5 and 9.</summary>
    [Theory]
    [InlineData(9, QueueGrowth.Paper, 54 - 3 - 10)]
    [InlineData(10, QueueGrowth.Code, 39)]
    public void Passes_of_growth_are_those_of_paper_and_code(int unified, QueueGrowth growth, int expected)
    {
        QueueSchedule schedule = new(new MigaOptions { UnifiedSteps = unified, Growth = growth }, 700, 21);
        int passes = 0;
        for (QueuePass pass = schedule.Next(); pass.Grows; pass = schedule.Next())
        {
            schedule.Commit(pass);
            passes++;
        }
        Assert.Equal(expected, passes);
    }

    /// <summary>
    /// The queue is the pyramid schedule of Diffusion Forcing over chunks, K = clip(S + floor(t / Z) - r, E, S) steps left for latent t after r passes: with Z = 1
    /// that of slope 1 (FIFO), and with a chunk as long as the row that of slope 0, the full sequence. Source: fifo-and-sliding-window.md 9.
    /// </summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 3)]
    [InlineData(5, 2)]
    public void A_queue_from_noise_is_the_pyramid_schedule(int zigzag, int unified)
    {
        const int Steps = 9;
        MigaOptions options = new() { Steps = Steps, Zigzag = zigzag, UnifiedSteps = unified, Guidance = 0, Start = QueueStart.Noise, Reflect = false };
        using LatentStream stream = ClipFixture.Start(options.ToMethod(), ClipFixture.Info(5, 30), new CountingNetwork());
        LatentQueue queue = ((MigaStream)stream).Queue!;
        HashSet<long> seen = [];
        while (!stream.IsDone)
        {
            stream.Advance()?.Dispose();

            // Chunk c enters at pass c + 1, so that the newest one tells how many there have been.
            long passes = (queue.Place(queue.Count - 1) / zigzag) + 1;
            for (int i = 0; i < queue.Count; i++)
            {
                long left = Math.Clamp(Steps + (queue.Place(i) / zigzag) - passes, unified, Steps);
                Assert.Equal(Steps - left, queue.Level(i));
            }
            seen.Add(passes);
        }
        Assert.True(seen.Count >= 30 / zigzag, $"{seen.Count} passes");
    }

    /// <summary>The label that stage 2 begins with, and the level of the refinement after it. Source: miga.md 4.5.</summary>
    [Theory]
    [InlineData(UnifiedLabel.Paper, 44)]
    [InlineData(UnifiedLabel.Code, 43)]
    public void Unified_steps_are_labelled_as_set(UnifiedLabel label, int first)
    {
        UnifiedSchedule schedule = new(new MigaOptions { UnifiedSteps = 10, UnifiedLabel = label, Refine = 1 }, 140, 21);
        Assert.Equal(Enumerable.Range(first, 10).Concat(Enumerable.Range(44, 10)), Enumerable.Range(0, 20).Select(schedule.LevelBefore));
    }

    /// <summary>What the network is told of a latent in the unified steps and the refinement after them.</summary>
    [Theory]
    [InlineData(UnifiedLabel.Paper, new[] { 9, 10, 11, 9, 10, 11 })]
    [InlineData(UnifiedLabel.Code, new[] { 8, 9, 10, 9, 10, 11 })]
    public void The_network_is_told_the_label(UnifiedLabel label, int[] expected)
    {
        const int Frames = 6;
        MigaOptions options = new()
        {
            Steps = 12,
            UnifiedSteps = 3,
            Zigzag = 2,
            Guidance = 1,
            Refine = 1,
            RefineSteps = 3,
            UnifiedLabel = label,
            Reflect = false,
        };
        ClipRunInfo run = options.ToMethod().Prepare(ClipFixture.Info(Frames, 30));
        LatentSolver solver = LatentSolver.For(run.Sampler);
        float[] timesteps = [.. Enumerable.Range(0, 12).Select(solver.Timestep)];
        List<int> levels = [];
        MixingNetwork network = new()
        {
            Called = call =>
            {
                // Windows of one level are those of the second stage; their steps come in order, whatever windows a latent is context in.
                int level = Array.IndexOf(timesteps, call.Timesteps[0]);
                if (call.Places.Contains(20) && call.Timesteps.IndexOfAnyExcept(call.Timesteps[0]) < 0 && (levels.Count == 0 || levels[^1] != level))
                {
                    levels.Add(level);
                }
            },
        };
        ClipFixture.Collect(options.ToMethod(), run, network);
        Assert.Equal(expected, levels);
    }

    [Fact]
    public void A_search_takes_as_many_calls_as_windows_that_reach_beyond_the_guide()
    {
        List<PassWindow> windows = [];
        int all = 0;
        for (int k = 1; k <= 10; k++)
        {
            WindowPlan.RemainderFirst(14 + (7 * k), 21, 10, windows);
            all += windows.Count;
        }

        // Source: miga.md 5.5. Those that lie in the guide alone are not run.
        Assert.Equal(46, all);
        Assert.Equal(3 * 33, SelfReflection.SearchCalls(new MigaOptions(), 21));
    }

    /// <summary>
    /// For random settings, with and without an end: levels never rise from head to tail and change at the borders of chunks alone; a latent leaves at the level where
    /// the second stage begins; every latent passes every level once, in windows of one level in the second stage; the plan knows the number of calls.
    /// </summary>
    [Fact]
    public void Every_latent_is_denoised_once_at_every_level()
    {
        Prop.ForAll(MigaCases.Any.ToArbitrary(), c =>
        {
            ClipRunInfo run = MigaCases.Run(c);
            CountingNetwork network = new();
            using LatentStream stream = ClipFixture.Start(c.Options.ToMethod(), run, network);
            MigaStream miga = (MigaStream)stream;
            List<float[]> latents = [];
            while (!stream.IsDone)
            {
                ClipFixture.Add(stream.Advance(), latents);
                if (miga.Queue is { Count: > 0 } queue)
                {
                    CheckLevels(queue, c.Options);
                }
            }
            Assert.Equal(c.Latents, latents.Count);
            Assert.Equal(MigaPlan.Calls(c.Options, c.Latents, c.Frames), network.Calls);

            // Every step of a velocity of 1 moves by the distance of its levels: noise - sigma is left if none was skipped or done twice.
            FlowLatentSolver solver = (FlowLatentSolver)LatentSolver.For(run.Sampler with { Steps = c.Options.Steps });
            int started = c.Options.StartChunks(c.Frames) * c.Options.Zigzag;
            for (int place = 0; place < latents.Count && c.Options.Refine == 0; place++)
            {
                float[] noise = ClipFixture.Noise(run.Seed, place);
                float offset = -solver.Sigmas[0];
                if (place < started)
                {
                    int level = c.Options.StartChunks(c.Frames) - (place / c.Options.Zigzag);
                    float[] clean = [.. noise.Select(n => n - solver.Sigmas[0])];
                    ClipNoise.Renoise(run.Seed, place, noise);
                    solver.AddNoise(clean, noise, level, noise);
                    offset = -solver.Sigmas[level];
                }
                for (int i = 0; i < noise.Length; i++)
                {
                    Assert.Equal(noise[i] + offset, latents[place][i], 1e-3f);
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_oracle_gets_its_video_whatever_the_settings()
    {
        Prop.ForAll(MigaCases.Any.ToArbitrary(), c =>
        {
            ClipRunInfo run = MigaCases.Run(c);
            FlowLatentSolver solver = (FlowLatentSolver)LatentSolver.For(run.Sampler with { Steps = c.Options.Steps });
            List<float[]> latents = ClipFixture.Collect(c.Options.ToMethod(), run, new OracleNetwork(solver));
            for (int place = 0; place < latents.Count; place++)
            {
                float[] target = ClipFixture.Target(place);
                for (int i = 0; i < target.Length; i++)
                {
                    Assert.Equal(target[i], latents[place][i], 2e-5f);
                }
            }
            return latents.Count == c.Latents;
        }).QuickCheckThrowOnFailure();
    }

    private static void CheckLevels(LatentQueue queue, MigaOptions options)
    {
        for (int i = 1; i < queue.Count; i++)
        {
            int drop = queue.Level(i - 1) - queue.Level(i);
            bool border = (queue.Place(i) % options.Zigzag) == 0;
            Assert.Equal(border ? 1 : 0, drop);
            Assert.Equal(queue.Place(i - 1) + 1, queue.Place(i));
        }
        Assert.True(queue.Level(0) < options.QueueSteps);
        Assert.True(queue.Count <= options.QueueLatents);
    }

    /// <summary>Predicts 1 everywhere.</summary>
    private sealed class CountingNetwork : IClipNetwork
    {
        public long Calls { get; private set; }

        public void Predict(ClipCall call)
        {
            Calls++;
            call.Velocity.Span.Fill(1);
        }
    }
}
