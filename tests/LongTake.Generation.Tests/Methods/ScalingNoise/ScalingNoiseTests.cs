using LongTake.Generation.Clips;
using LongTake.Generation.Methods.ScalingNoise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Clips;
using LongTake.Generation.Tests.WholeVideos;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.ScalingNoise;

public class ScalingNoiseTests
{
    private const int Latents = 15;

    /// <summary>One beam with one candidate has nothing to choose: the queue takes what FIFO's takes.</summary>
    [Theory]
    [InlineData(SamplerKind.UniPC)]
    [InlineData(SamplerKind.Euler)]
    public void Without_a_choice_it_is_fifo_bit_for_bit(SamplerKind kind)
    {
        ClipRunInfo run = ClipRuns.Info(Latents, kind, prompts: [0, 8]);
        float[] fifo = ClipRuns.Run("fifo:partitions=2", run);
        Assert.Equal(fifo, ClipRuns.Run("scalingnoise:partitions=2+beams=1+candidates=1", run));
        Assert.NotEqual(fifo, ClipRuns.Run("scalingnoise:partitions=2+beams=1+candidates=4", run));
    }

    [Theory]
    [InlineData("scalingnoise:partitions=2")]
    [InlineData("scalingnoise:partitions=1+beams=3+candidates=2+epsilon=1")]
    [InlineData("scalingnoise:partitions=2+beams=3+candidates=2+epsilon=0+lag=1")]
    public void It_makes_the_planned_calls_and_does_not_depend_on_threads(string method)
    {
        ClipRunInfo run = ClipRuns.Info(Latents, guidance: 2);
        float[] one = ClipRuns.Run(method, run);
        Assert.Equal(Latents * run.LatentSize, one.Length);
        Assert.Equal(one, ClipRuns.Run(method, run, threads: 3));
        MixingNetwork network = new();
        using LatentStream stream = ClipRuns.Start(method, ref run, network);
        ClipRuns.Finish(stream);
        Assert.Equal(ClipRuns.Make(method).Plan(run).Calls, network.Calls);
    }

    [Theory]
    [InlineData("scalingnoise:partitions=2")]
    [InlineData("scalingnoise:partitions=1+beams=3+candidates=2+epsilon=1+lag=4")]
    public void A_resumed_run_gives_the_same_bytes_wherever_it_stopped(string method)
    {
        ClipRunInfo run = ClipRuns.Info(Latents);
        using TinyModel model = new();
        using ClipNetwork network = ClipRuns.Network(model, run);
        using LatentStream whole = ClipRuns.Start(method, ref run, network);
        float[] expected = ClipRuns.Finish(whole);
        foreach (int stop in (int[])[0, 3, 13, 17, 22])
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

    /// <summary>A pass that is cancelled between any two calls has changed nothing.</summary>
    [Fact]
    public void A_cancelled_pass_leaves_the_run_as_it_was()
    {
        ClipRunInfo run = ClipRuns.Info(Latents);
        ClipRunInfo other = run;
        MixingNetwork network = new();
        using LatentStream stream = ClipRuns.Start("scalingnoise:partitions=2", ref run, network);
        using LatentStream untouched = ClipRuns.Start("scalingnoise:partitions=2", ref other, new MixingNetwork());
        for (int i = 0; i < 20; i++)
        {
            stream.Advance()?.Dispose();
            untouched.Advance()?.Dispose();
        }
        for (int calls = 1; calls < 12; calls++)
        {
            using CancellationTokenSource source = new();
            long until = network.Calls + calls;
            network.Called = _ =>
            {
                if (network.Calls == until)
                {
                    source.Cancel();
                }
            };
            Assert.Throws<OperationCanceledException>(() => stream.Advance(source.Token));
        }
        network.Called = null;
        Assert.Equal(ClipRuns.Finish(untouched), ClipRuns.Finish(stream));
    }

    /// <summary>The latents that wait never outnumber the lag, and all of them are handed out in the end, whether beams agree or not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Finished_latents_wait_no_longer_than_they_may(int lag)
    {
        ClipRunInfo run = ClipRuns.Info(30);
        string method = $"scalingnoise:partitions=1+beams=3+candidates=2+epsilon=1+lag={lag}";
        using TinyModel model = new();
        using ClipNetwork network = ClipRuns.Network(model, run);
        using ScalingNoiseStream stream = (ScalingNoiseStream)ClipRuns.Start(method, ref run, network);
        int handedOut = 0;
        int longest = 0;
        while (!stream.IsDone)
        {
            using Tensor? block = stream.Advance();
            handedOut += block?.Shape[1] ?? 0;
            Assert.All(stream.Beams, b => Assert.InRange(b.Waiting, 0, lag));
            Assert.Single(stream.Beams.Select(b => b.Waiting).Distinct());
            longest = Math.Max(longest, stream.Beams[0].Waiting);
        }
        Assert.Equal(30, handedOut);

        // Every beam goes on by itself here, so that they agree only when they must.
        Assert.Equal(lag, longest);
    }

    [Fact]
    public void The_best_candidate_goes_on()
    {
        ClipRunInfo run = ClipRuns.Info(Latents);
        using TinyModel model = new();
        using ClipNetwork network = ClipRuns.Network(model, run);
        run = ClipRuns.Make("scalingnoise:partitions=1").Prepare(run);
        ScalingNoiseOptions options = new() { Partitions = 1, Beams = 1, Candidates = 6 };
        using ScalingNoiseStream searching = new(options, run, network);
        using ScalingNoiseStream plain = new(options with { Candidates = 1 }, run, network);
        for (int i = 0; i <= run.Sampler.Steps; i++)
        {
            searching.Advance()?.Dispose();
            plain.Advance()?.Dispose();
        }

        // After the first pass of both from the same queue: the search has FIFO's candidate among its own.
        Assert.True(searching.Beams[0].Reward >= plain.Beams[0].Reward);
    }

    [Fact]
    public void The_reward_is_the_mean_of_cosines_with_anchor_and_predecessor()
    {
        float[] anchor = [1, 0];
        Assert.Equal(1.0, LatentConsistency.Score(anchor, [2, 0, 3, 0]), 1e-12);

        // Cosines with the anchor: 0.6, 0 (it points away), 0; with the one before: -, 0.28 - 0.96 < 0 ..., taken as 0 where negative.
        double first = 0.6;
        double second = 0.5 * (0 + Math.Max(0, (0.6 * -0.8) + (0.8 * 0.6)));
        double third = 0.5 * (0 + Math.Max(0, (-0.8 * 0) + (0.6 * 1)));
        Assert.Equal((first + second + third) / 3, LatentConsistency.Score(anchor, [0.6f, 0.8f, -0.8f, 0.6f, 0, 5]), 1e-6);
        Assert.Equal(0.0, LatentConsistency.Score(anchor, [0, 0]));
    }

    [Fact]
    public void Candidates_have_about_unit_variance_and_are_a_function_of_place_and_number()
    {
        ClipRunInfo run = ClipRuns.Info(Latents) with { Height = 24, Width = 24 };
        LatentSolver solver = LatentSolver.For(run.Sampler);
        using CandidateNoise source = new(run, solver, 0.25);
        using CandidateNoise again = new(run, solver, 0.25);
        float[] neighbour = new float[run.LatentSize];
        float[] noise = new float[run.LatentSize];
        float[] same = new float[run.LatentSize];
        ClipNoise.Initial(3, 77, neighbour);
        HashSet<float> firsts = [];
        for (int number = 1; number <= 40; number++)
        {
            source.Draw(9, number, neighbour, noise);
            again.Draw(9, number, neighbour, same);
            Assert.Equal(noise, same);
            Assert.InRange(noise.Average(v => v * v), 0.6, 1.2);
            firsts.Add(noise[0]);
        }
        Assert.Equal(40, firsts.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Draw(9, 0, neighbour, noise));
    }

    [Theory]
    [InlineData("scalingnoise:beams=0", "scalingnoise: beams is 0")]
    [InlineData("scalingnoise:candidates=0", "scalingnoise: candidates is 0")]
    [InlineData("scalingnoise:beams=20+candidates=11", "candidates is 11 with beams 20")]
    [InlineData("scalingnoise:epsilon=2", "epsilon is 2")]
    [InlineData("scalingnoise:d-s=-1", "d-s is -1")]
    [InlineData("scalingnoise:lag=-1", "lag is -1")]
    [InlineData("scalingnoise:beams=1+lag=3", "lag 3 has no effect with beams=1")]
    [InlineData("scalingnoise:partitions=0", "scalingnoise: partitions is 0")]
    public void Bad_settings_get_one_clear_message(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ClipRuns.Make(text)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_video_shorter_than_a_clip_is_refused() =>
        Assert.Contains("scalingnoise: a video of 5 latents is shorter than the clip of 6", Assert.Throws<ArgumentException>(
            () => ClipRuns.Make("scalingnoise").Plan(ClipRuns.Info(5))).Message);
}
