using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Aesthetic;
using LongTake.Evaluation.Metrics.Drift;
using LongTake.Evaluation.Metrics.VBenchLong;
using LongTake.Evaluation.Tests.Metrics.Networks;
using LongTake.Models.Vision;

namespace LongTake.Evaluation.Tests.Metrics.Aesthetic;

public class AestheticScoreTests
{
    [Fact]
    public void The_score_is_a_tenth_of_the_head_averaged_over_frames()
    {
        AestheticScore score = new(new MetricColumn("aesthetic", BetterWhen.Higher, ""), new ScriptedEncoder(), null, () => new AestheticHead([2f, -1f], 3f));
        MetricResult result = Scripted.Measure(new FrameScoreMetric(score), Scripted.Video(4), [0, 0, 90, 90]);
        Assert.Equal((0.5 + 0.2) / 2, result.Figures["aesthetic"], 1e-6);
    }

    [Fact]
    public void On_clips_of_a_long_video_there_is_no_drift()
    {
        AestheticScore score = new(new MetricColumn("vbench.test", BetterWhen.Higher, ""), new ScriptedEncoder(), null, () => new AestheticHead([2f, -1f], 3f));
        ClipwiseMetric metric = new(new FrameScoreMetric(score));
        Assert.Equal(["vbench_long.test"], metric.Columns.Select(c => c.Name));
        MetricResult result = Scripted.Measure(metric, Scripted.Video(6, 2), [0, 0, 90, 90, 90, 90]);
        Assert.Equal((0.35 + 0.2) / 2, result.Figures["vbench_long.test"], 1e-6);
    }

    [Fact]
    public void It_needs_the_network_and_the_head()
    {
        MetricColumn column = new("aesthetic", BetterWhen.Higher, "");
        AestheticHead Head() => new([2f, -1f], 3f);
        Assert.Equal("no network", new AestheticScore(column, new ScriptedEncoder("no network"), "no head", Head).WhyNot(Scripted.Video(4)));
        Assert.Equal("no head", new AestheticScore(column, new ScriptedEncoder(), "no head", Head).WhyNot(Scripted.Video(4)));
    }
}
