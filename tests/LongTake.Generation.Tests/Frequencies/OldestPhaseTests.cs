using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using static LongTake.Generation.Tests.Methods.FrequencyMethods;

namespace LongTake.Generation.Tests.Frequencies;

/// <summary>C(D) of the sink in the course of a run. Source: flex.md 3.7.</summary>
public class OldestPhaseTests
{
    private static readonly double[] s_standard = RotaryFrequencies.Standard(TinyModel.Config.HeadDim).Temporal;

    [Theory]
    [InlineData("flex.sink")]
    [InlineData("ntk:trained-frames=6")]
    [InlineData("flex.rope:trained-frames=6")]
    [InlineData("lol:window=21")]
    public void A_far_sink_is_seen_at_the_phases_in_force(string text)
    {
        const int Chunks = 12;
        StreamingMethod method = Make(text);
        IFrequencyPolicy policy = method.Frequencies(new RunInfo(1, TinyModel.Chunk, Chunks * TinyModel.Chunk));
        using TinyModel model = new();
        long chunk = 0;
        model.Run(method, Chunks, beforeChunk: g =>
        {
            if (chunk++ > 0)
            {
                PhaseView phase = g.Cache.OldestPhase;
                long start = g.NextFrame - TinyModel.Chunk;
                Assert.Equal(start, phase.Distance);
                Assert.Equal(Expected(policy, start), phase.Concentration, 1e-9);
            }
        });

        static double Expected(IFrequencyPolicy policy, long start)
        {
            if (policy is JitteredFrequencies jitter)
            {
                return Enumerable.Range(0, TinyModel.Config.HeadCount).Average(h =>
                {
                    double[] own = new double[s_standard.Length];
                    jitter.Frequencies(h, s_standard, own);
                    return PhaseConcentration.At(own, start);
                });
            }
            double[] frequencies = [.. s_standard];
            if (policy is ModulatedFrequencies modulated)
            {
                modulated.Frequencies(Math.Max(1, (start + TinyModel.Chunk) / 6.0), s_standard, frequencies);
            }
            return PhaseConcentration.At(frequencies, start);
        }
    }

    /// <summary>The peaks of LoL's observation, by the same way as in a run.</summary>
    [Fact]
    public void The_peaks_of_the_released_models_are_found()
    {
        double[] wan = RotaryFrequencies.Standard(128).Temporal;
        Assert.Equal(0.557, PhaseConcentration.Of([.. wan.Select(x => x * 133)]), 5e-4);
        Assert.Equal(0.553, PhaseConcentration.Of([.. wan.Select(x => x * 201)]), 5e-4);
    }

    [Theory]
    [InlineData("flex.sink:window=6+sink=2", true)]
    [InlineData("longlive:window=6+sink=3", true)]
    [InlineData("longlive-infinity:window=6+sink=3", false)]
    [InlineData("sliding-window:window=6", false)]
    public void Only_a_sink_beyond_the_window_is_reported(string text, bool far)
    {
        using TinyModel model = new();
        GenerationOptions options = new() { Method = Make(text), Sampler = TinyModel.TwoSteps, Height = 32, Width = 32, Decode = false };
        using StreamingGenerator generator = new(
            model.Compute, model.Transformer, null, new HashedPrompts(), Story.FromPrompt("x", StoryTime.Chunks(5)), options);
        for (int i = 0; i < 5; i++)
        {
            generator.Next()!.Dispose();
            double? expected = far && i >= 2 ? i * 3.0 : null;
            Assert.Equal(expected, generator.FarPhase?.Distance);
        }
    }
}
