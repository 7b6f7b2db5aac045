using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Preference;
using LongTake.Evaluation.Tests.Metrics.Networks;

namespace LongTake.Evaluation.Tests.Metrics.Preference;

public class PreferenceMetricTests
{
    [Fact]
    public void Frames_are_compared_with_the_prompt_in_force()
    {
        PreferenceMetric metric = new(new ScriptedEncoder(), new ScriptedTexts(), new PreferenceOptions { FrameStride = 1 });
        MetricResult result = Scripted.Measure(metric, Scripted.Video(4, 4, ("0", 0), ("90", 2)), [0, 60, 60, 90]);
        double[] scores = [1, 0.5, Math.Sqrt(0.75), 1];
        Assert.Equal(scores.Average(), result.Figures["hpsv2.score"], 1e-6);
        Assert.Equal(0.5, result.Figures["hpsv2.worst"], 1e-6);
        Assert.Equal([scores[..2].Average(), scores[2..].Average()], result.PerScene["hpsv2.score"], (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void The_best_frames_are_three_in_ten_and_at_least_one()
    {
        PreferenceMetric all = new(new ScriptedEncoder(), new ScriptedTexts(), new PreferenceOptions { FrameStride = 1 });
        int[] angles = [90, 0, 90, 60, 90, 60, 90, 90, 90, 90];
        Assert.Equal((1 + 0.5 + 0.5) / 3, Scripted.Measure(all, Scripted.Video(10, 4, ("0", 0)), angles).Figures["hpsv2.best"], 1e-6);
        Assert.Equal(0.5, Scripted.Measure(all, Scripted.Video(3, 4, ("0", 0)), [90, 60, 90]).Figures["hpsv2.best"], 1e-6);
    }

    [Fact]
    public void By_default_every_fourth_frame_is_encoded_and_a_scene_may_have_none()
    {
        ScriptedEncoder encoder = new();
        MetricResult result = Scripted.Measure(
            new PreferenceMetric(encoder, new ScriptedTexts()), Scripted.Video(10, 4, ("0", 0), ("90", 1), ("0", 3)), [0, 90, 90, 0, 60, 0, 0, 0, 0, 0]);
        Assert.Equal(3, encoder.Encoded);
        Assert.Equal((1 + 0.5 + 1) / 3, result.Figures["hpsv2.score"], 1e-6);
        Assert.True(double.IsNaN(result.PerScene["hpsv2.score"][1]));
        Assert.Equal(2, result.Curves["hpsv2.score"].Values.Count);
    }

    [Fact]
    public void It_needs_weights_and_prompts_and_usable_settings()
    {
        Assert.Equal("no weights", new PreferenceMetric(new ScriptedEncoder("no weights"), new ScriptedTexts()).WhyNot(Scripted.Video(9, 4, ("0", 0))));
        Assert.Contains("prompts", new PreferenceMetric(new ScriptedEncoder(), new ScriptedTexts()).WhyNot(Scripted.Video(9))!, StringComparison.Ordinal);
        Assert.Contains("FrameStride", Refused(new PreferenceOptions { FrameStride = 0 }), StringComparison.Ordinal);
        Assert.Contains("BestShare", Refused(new PreferenceOptions { BestShare = double.NaN }), StringComparison.Ordinal);

        static string Refused(PreferenceOptions options) =>
            Assert.Throws<ArgumentException>(() => new PreferenceMetric(new ScriptedEncoder(), new ScriptedTexts(), options)).Message;
    }
}
