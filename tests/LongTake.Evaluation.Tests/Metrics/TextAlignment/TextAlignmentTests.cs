using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.TextAlignment;
using LongTake.Evaluation.Tests.Metrics.Networks;

namespace LongTake.Evaluation.Tests.Metrics.TextAlignment;

public class TextAlignmentTests
{
    private static readonly double s_cos60 = 0.5;

    [Fact]
    public void Score_and_margin_are_means_over_prompts()
    {
        TextAlignmentMetric metric = new(new ScriptedEncoder(), new ScriptedTexts());
        VideoDescription video = Scripted.Video(40, 4, ("0", 0), ("60", 20));
        MetricResult result = Scripted.Measure(metric, video, Enumerable.Range(0, 40).Select(i => i < 20 ? 0 : 90));
        double second = 100 * Math.Cos(Math.PI / 6);
        Assert.Equal((100 + second) / 2, result.Figures["clip.score"], 1e-4);
        Assert.Equal((100 - (100 * s_cos60) + second) / 2, result.Figures["clip.margin"], 1e-4);
        Assert.Equal([100, second], result.PerScene["clip.score"], (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(0, result.Figures["clip.latency"]);
        Assert.Equal(1, result.Figures["clip.followed"]);
    }

    [Fact]
    public void The_time_until_a_prompt_is_followed_is_found()
    {
        TextAlignmentMetric metric = new(new ScriptedEncoder(), new ScriptedTexts());
        // At 8 frames a second the running mean has 4; the picture follows 12 frames after the first change and never after the second.
        VideoDescription video = Scripted.Video(96, 8, ("0", 0), ("90", 32), ("0", 64));
        MetricResult result = Scripted.Measure(metric, video, Enumerable.Range(0, 96).Select(i => i < 44 ? 0 : 90));
        // Ten frames after the change, half of the window shows the old picture: a tie. One frame later the new one prevails.
        Assert.Equal(11 / 8.0, result.PerScene["clip.latency"][1], 1e-9);
        Assert.Equal((11 + 32) / 8.0 / 2, result.Figures["clip.latency"], 1e-9);
        Assert.Equal(0.5, result.Figures["clip.followed"]);
        Assert.True(double.IsNaN(result.PerScene["clip.latency"][0]));
    }

    [Fact]
    public void Only_frames_that_count_are_encoded()
    {
        ScriptedEncoder encoder = new();
        TextAlignmentMetric metric = new(encoder, new ScriptedTexts());
        Scripted.Measure(metric, Scripted.Video(400, 8, ("0", 0)), Enumerable.Repeat(0, 400));
        Assert.Equal(8, encoder.Encoded);
        // After a change at once: the window of four frames, and the eight of the new prompt.
        Scripted.Measure(metric, Scripted.Video(400, 8, ("0", 0), ("90", 200)), Enumerable.Range(0, 400).Select(i => i < 200 ? 0 : 90));
        Assert.Equal(8 + 8 + 8 + 4, encoder.Encoded);
    }

    [Fact]
    public void Of_short_scenes_the_last_frame_counts_for_those_that_lack()
    {
        TextAlignmentMetric metric = new(new ScriptedEncoder(), new ScriptedTexts());
        MetricResult result = Scripted.Measure(metric, Scripted.Video(2, 8, ("0", 0)), [0, 60]);
        Assert.Equal(100 * ((1 * 1) + (7 * s_cos60)) / 8, result.Figures["clip.score"], 1e-4);
        Assert.False(result.Figures.ContainsKey("clip.margin"));
        Assert.False(result.Figures.ContainsKey("clip.latency"));
    }

    [Fact]
    public void A_prompt_that_comes_back_is_no_rival_of_itself()
    {
        TextAlignmentMetric metric = new(new ScriptedEncoder(), new ScriptedTexts());
        VideoDescription video = Scripted.Video(48, 8, ("0", 0), ("90", 16), ("0", 32));
        MetricResult result = Scripted.Measure(metric, video, Enumerable.Range(0, 48).Select(i => i is >= 16 and < 32 ? 90 : 0));
        Assert.Equal(100, result.Figures["clip.margin"], 1e-4);
    }

    [Fact]
    public void It_says_why_it_cannot_be_had()
    {
        TextAlignmentMetric metric = new(new ScriptedEncoder(), new ScriptedTexts());
        Assert.Equal("the prompts of the video are not known", metric.WhyNot(Scripted.Video(9)));
        Assert.NotNull(metric.WhyNot(Scripted.Video(9, 4, ("0", 0), ("1", 9))));
        Assert.Equal("no weights", new TextAlignmentMetric(new ScriptedEncoder("no weights"), new ScriptedTexts()).WhyNot(Scripted.Video(9, 4, ("0", 0))));
        Assert.Throws<ArgumentException>(
            () => new TextAlignmentMetric(new ScriptedEncoder(), new ScriptedTexts(), new TextAlignmentOptions { FramesPerPrompt = 0 }));
        Assert.Throws<ArgumentException>(() => new TextAlignmentMetric(new ScriptedEncoder(), new ScriptedTexts(), new TextAlignmentOptions { LatencyWindow = 0 }));
    }
}
