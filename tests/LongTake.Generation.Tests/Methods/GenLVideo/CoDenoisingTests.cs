using LongTake.Generation.Clips;
using LongTake.Generation.Methods.GenLVideo;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.Clips;
using LongTake.Generation.Tests.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.GenLVideo;

public class CoDenoisingTests
{
    private const int Window = ClipRuns.Trained;

    /// <summary>Acceptance test 7 of fifo-and-sliding-window.md 13.</summary>
    [Theory]
    [InlineData(SamplerKind.Euler, "samples")]
    [InlineData(SamplerKind.Euler, "predictions")]
    [InlineData(SamplerKind.UniPC, "samples")]
    public void A_stride_of_a_window_gives_independent_clips(SamplerKind kind, string average)
    {
        ClipRunInfo run = ClipRuns.Info(3 * Window, kind);
        float[] video = ClipRuns.Run($"gen-l-video:stride={Window}+average={average}", run);
        using TinyModel model = new();
        for (int clip = 0; clip < 3; clip++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor noise = Tensor.Empty([1, Window, run.Latent[0], run.Height, run.Width]);
            CounterNoise policy = new(run.Seed);
            policy.Initial(clip * Window, noise);
            Tensor alone = new BidirectionalSampler(model.Transformer, run.Sampler).Sample(model.Compute, noise, policy, TinyModel.Prompt(0));
            Assert.Equal(alone.Span, video.AsSpan(clip * Window * run.LatentSize, Window * run.LatentSize));
        }
    }

    /// <summary>A step of Euler is linear, so it does not matter which of the two is averaged.</summary>
    [Fact]
    public void Samples_and_predictions_agree_with_a_solver_of_one_step()
    {
        ClipRunInfo run = ClipRuns.Info(15, SamplerKind.Euler);
        float[] samples = ClipRuns.Run("gen-l-video", run);
        float[] predictions = ClipRuns.Run("gen-l-video:average=predictions", run);
        for (int i = 0; i < samples.Length; i++)
        {
            Assert.Equal(samples[i], predictions[i], 1e-4f);
        }
        Assert.NotEqual(samples, predictions);
        Assert.NotEqual(predictions, ClipRuns.Run("gen-l-video:average=predictions+weights=triangular", run));
        Assert.NotEqual(predictions, ClipRuns.Run("gen-l-video:average=predictions+moving=on", run));
        Assert.NotEqual(predictions, ClipRuns.Run("gen-l-video:average=predictions+noise=rescheduled", run));
    }

    [Fact]
    public void Windows_move_with_the_steps_and_come_back()
    {
        CoDenoisingPlan plan = new(20, new WindowOptions(8, 4), GenLVideoOptions.For(CoDenoisingForm.Flow));
        Assert.Equal([0, 4, 8, 12], plan.Starts(0));
        Assert.Equal([0, 1, 5, 9, 12], plan.Starts(1));
        Assert.Equal([0, 3, 7, 11, 12], plan.Starts(3));
        Assert.Equal(plan.Starts(0), plan.Starts(4));
        Assert.Equal(4 + 5 + 5 + 5 + 4, plan.Calls(5));
        CoDenoisingPlan still = new(20, new WindowOptions(8, 4), new GenLVideoOptions());
        Assert.Equal(still.Starts(0), still.Starts(3));
        Assert.Equal(20, still.Calls(5));
    }

    /// <summary>A call of a window is under one prompt, and windows between scenes are shared out as published.</summary>
    [Fact]
    public void A_window_is_under_one_prompt()
    {
        ClipRunInfo run = ClipRuns.Info(24, steps: 1, prompts: [0, 12, 18]);
        List<(long Start, int[] Prompts)> calls = [];
        MixingNetwork network = new() { Called = call => calls.Add((call.Places[0], call.Prompts.ToArray())) };
        using LatentStream stream = ClipRuns.Start("gen-l-video:stride=2", ref run, network);
        ClipRuns.Finish(stream);
        Assert.Equal([0L, 2, 4, 6, 8, 10, 12, 14, 16, 18], calls.Select(c => c.Start));
        Assert.All(calls, c => Assert.Single(c.Prompts.Distinct()));

        // The windows at 8 and 10 hold latents of both the first and the second scene, those at 14 and 16 of the second and the third.
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 1, 1, 2], calls.Select(c => c.Prompts[0]));
    }

    [Fact]
    public void Forms_set_the_defaults()
    {
        Assert.Equal(
            "form=published, window=0, stride=0, average=samples, weights=uniform, moving=off, noise=iid",
            string.Join(", ", ClipRuns.Make("gen-l-video").Settings.Select(s => $"{s.Key}={s.Value}")));
        Assert.Equal(
            "form=flow, window=0, stride=3, average=predictions, weights=uniform, moving=on, noise=rescheduled",
            string.Join(", ", ClipRuns.Make("gen-l-video:form=flow+stride=3+weights=uniform").Settings.Select(s => $"{s.Key}={s.Value}")));
    }
}
