using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.TextAlignment;
using LongTake.Evaluation.Metrics.VBench;
using LongTake.Evaluation.Metrics.VBenchLong;
using LongTake.Evaluation.Tests.Metrics.Networks;

namespace LongTake.Evaluation.Tests.Metrics.VBenchLong;

public class VBenchLongTests
{
    private static readonly MetricColumn s_column = new("vbench.test", BetterWhen.Higher, "how alike");

    [Theory]
    [InlineData(31, 16, "0+31")]
    [InlineData(32, 16, "0+32")]
    [InlineData(33, 16, "0+32 1+32")]
    [InlineData(64, 16, "0+32 32+32")]
    [InlineData(65, 16, "0+32 32+32 33+32")]
    [InlineData(47, 23.976, "0+46 1+46")]
    [InlineData(5, 0.5, "0+5")]
    public void Videos_are_cut_as_published(int frames, double framesPerSecond, string clips) =>
        Assert.Equal(clips, string.Join(' ', ClipPlan.Cut(frames, framesPerSecond, new ClipOptions()).Select(c => $"{c.Start}+{c.Length}")));

    [Fact]
    public void Thirty_seconds_and_a_frame_make_sixteen_clips()
    {
        IReadOnlyList<Clip> clips = ClipPlan.Cut(481, 16, new ClipOptions());
        Assert.Equal(16, clips.Count);
        Assert.Equal(new Clip(449, 32), clips[^1]);
        Assert.All(clips, c => Assert.Equal(32, c.Length));
    }

    [Fact]
    public void A_clip_knows_the_prompts_in_force_in_it()
    {
        VideoDescription video = Scripted.Video(30, 4, ("a", 0), ("b", 10), ("c", 12), ("d", 25)) with { SinkFrames = 3 };
        Assert.Equal([("b", 0), ("c", 1)], Prompts(new Clip(11, 8)));
        Assert.Equal([("c", 0)], Prompts(new Clip(12, 8)));
        Assert.Equal([("a", 0)], Prompts(new Clip(0, 10)));
        Assert.Equal([("c", 0), ("d", 5)], Prompts(new Clip(20, 10)));
        VideoDescription clip = ClipPlan.Describe(video, new Clip(11, 8));
        Assert.Equal((8, 0), (clip.FrameCount, clip.SinkFrames));

        IEnumerable<(string, int)> Prompts(Clip c) => ClipPlan.Describe(video, c).Prompts.Select(p => (p.Text, p.StartFrame));
    }

    [Fact]
    public void The_score_is_the_mean_over_clips_the_overlapping_one_with_full_weight()
    {
        ScriptedEncoder encoder = new();
        ClipwiseMetric metric = ClipwiseMetric.InClip(new ConsistencyMetric(s_column, encoder));
        Assert.Equal("vbench_long.test.in_clip", metric.Name);
        // At two frames a second, clips of four frames: 0-3, 4-7, 6-9.
        int[] angles = [0, 0, 0, 0, 0, 60, 60, 60, 60, 120];
        MetricResult result = Scripted.Measure(metric, Scripted.Video(10, 2), angles);
        double second = (0.5 + 0.75 + 0.75) / 3;
        const double Last = (1 + 1 + 0.5) / 3;
        Assert.Equal((1 + second + Last) / 3, result.Figures["vbench_long.test.in_clip"], 1e-6);
        Assert.Equal([1, second, Last], result.Curves["vbench_long.test.in_clip"].Values.Select(v => Math.Round(v, 6)), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(12, encoder.Encoded);
    }

    [Fact]
    public void Clips_that_cannot_be_measured_are_found_before()
    {
        ClipwiseMetric metric = new(new ConsistencyMetric(s_column, new ScriptedEncoder()));
        Assert.NotNull(metric.WhyNot(Scripted.Video(1)));
        Assert.Null(metric.WhyNot(Scripted.Video(9, 2)));
    }

    [Fact]
    public void Flickering_inside_clips_does_not_see_what_happens_between_them()
    {
        // At two frames a second, clips of four frames: 0-3, 4-7, 6-9. The brightness jumps between the first two, and once inside the last.
        byte[] levels = [0, 0, 0, 0, 255, 255, 255, 255, 255, 0];
        ClipwiseMetric metric = new(new TemporalFlickeringMetric());
        VideoDescription video = Scripted.Video(10, 2);
        using IMetricRun run = metric.Start(video);
        foreach (byte level in levels)
        {
            run.Add([level, level, level]);
        }
        MetricResult result = run.Finish();
        Assert.Equal("vbench_long.temporal_flickering", metric.Name);
        Assert.Equal((1 + 1 + (1 - (1 / 3.0))) / 3, result.Figures["vbench_long.temporal_flickering"], 1e-9);
        Assert.Equal(3, result.Curves["vbench_long.temporal_flickering"].Values.Count);
    }

    [Fact]
    public void Text_alignment_inside_clips_asks_for_the_prompt_in_force()
    {
        ClipwiseMetric metric = ClipwiseMetric.TextAlignment(new TextAlignmentMetric(new ScriptedEncoder(), new ScriptedTexts()));
        Assert.Equal(["vbench_long.clip.score"], metric.Columns.Select(c => c.Name));
        // Clips of four frames: the first fits its prompt, the second is 60 degrees from it, the third follows the change.
        VideoDescription video = Scripted.Video(12, 2, ("0", 0), ("90", 8));
        MetricResult result = Scripted.Measure(metric, video, [0, 0, 0, 0, 60, 60, 60, 60, 90, 90, 90, 90]);
        Assert.Equal(100 * (1 + 0.5 + 1) / 3, result.Figures["vbench_long.clip.score"], 1e-4);
        Assert.Equal([100, 50, 100], result.Curves["vbench_long.clip.score"].Values.Select(v => Math.Round(v, 3)));
        Assert.Equal("the prompts of the video are not known", metric.WhyNot(Scripted.Video(12, 2)));
    }

    [Fact]
    public void Tables_and_fusion_have_the_published_values()
    {
        Assert.Equal(0.984901, QuantileMap.Subject.Map(0.845), 1e-6);
        Assert.Equal(0.970950, new SlowFastOptions().Fuse(0.957, QuantileMap.Subject.Map(0.845)), 1e-6);
        Assert.Equal(0.957, new SlowFastOptions().Fuse(0.957, null));
        Assert.Equal(0.957, new SlowFastOptions().Fuse(0.957, 0));
        foreach (QuantileMap map in (QuantileMap[])[QuantileMap.Subject, QuantileMap.Background])
        {
            Assert.Equal((0, 1), (map.Map(0), map.Map(1)));
            Assert.Equal((0, 1), (map.Map(-3), map.Map(7)));
            double[] values = [.. Enumerable.Range(0, 1001).Select(i => map.Map(i / 1000.0))];
            Assert.Equal(values.Order(), values);
        }
        Assert.Equal(0.655812, QuantileMap.Subject.Map(0.01), 1e-9);
        Assert.Equal(0.995516, QuantileMap.Subject.Map(0.99), 1e-9);
        Assert.Equal(0.946058, QuantileMap.Background.Map(0.50), 1e-9);
        Assert.Equal(0.985895, QuantileMap.Background.Map(0.99), 1e-9);
    }

    [Fact]
    public void Slow_and_fast_are_fused()
    {
        ScriptedEncoder fast = new();
        SlowFastConsistency metric = new(new ConsistencyMetric(s_column, new ScriptedEncoder()), fast, QuantileMap.Subject);
        // Clips of four frames that start at 0, 60 and 90 degrees and stand still but for the jump between.
        int[] angles = [0, 0, 0, 0, 60, 60, 60, 60, 90, 90, 90, 90];
        MetricResult result = Scripted.Measure(metric, Scripted.Video(12, 2), angles);
        Assert.Equal(0.466506, result.Figures["vbench_long.test.clip_to_clip"], 1e-6);
        Assert.Equal(0.5 + (0.5 * QuantileMap.Subject.Map(0.4665063509)), result.Figures["vbench_long.test"], 1e-6);
        Assert.Equal(3, fast.Encoded);

        MetricResult single = Scripted.Measure(metric, Scripted.Video(3, 2), [0, 60, 90]);
        Assert.Equal(0.466506, single.Figures["vbench_long.test"], 1e-6);
        Assert.False(single.Figures.ContainsKey("vbench_long.test.clip_to_clip"));
    }

    [Fact]
    public void Without_its_second_network_there_is_no_fused_score()
    {
        ConsistencyMetric slow = new(s_column, new ScriptedEncoder());
        Assert.Equal("no weights", new SlowFastConsistency(slow, new ScriptedEncoder("no weights"), QuantileMap.Subject).WhyNot(Scripted.Video(9)));
        Assert.Throws<ArgumentException>(
            () => new SlowFastConsistency(slow, new ScriptedEncoder(), QuantileMap.Subject, new SlowFastOptions { InClipWeight = 0.7 }));
        Assert.Throws<ArgumentException>(() => new ClipwiseMetric(slow, new ClipOptions { Seconds = 0 }));
    }
}
