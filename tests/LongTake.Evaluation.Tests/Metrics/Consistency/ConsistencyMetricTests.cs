using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Tests.Metrics.Networks;

namespace LongTake.Evaluation.Tests.Metrics.Consistency;

public class ConsistencyMetricTests
{
    private static readonly MetricColumn s_column = new("test", BetterWhen.Higher, "");

    [Fact]
    public void Features_at_0_60_and_90_degrees_have_the_published_score()
    {
        MetricResult result = Scripted.Measure(new ConsistencyMetric(s_column, new ScriptedEncoder()), Scripted.Video(3), [0, 60, 90]);
        Assert.Equal(0.466506, result.Figures["test"], 1e-6);
    }

    [Fact]
    public void Opposites_count_as_strangers()
    {
        MetricResult result = Scripted.Measure(new ConsistencyMetric(s_column, new ScriptedEncoder()), Scripted.Video(3), [0, 180, 180]);
        // Frame 1 is like neither, frame 2 like the one before.
        Assert.Equal(0.25, result.Figures["test"], 1e-6);
    }

    [Fact]
    public void Freezing_and_looping_do_not_lower_it()
    {
        ConsistencyMetric metric = new(s_column, new ScriptedEncoder());
        Assert.Equal(1, Scripted.Measure(metric, Scripted.Video(20), Enumerable.Repeat(77, 20)).Figures["test"], 1e-6);
        int[] turn = [.. Enumerable.Range(0, 40).Select(i => 4 * i)];
        int[] loop = [.. Enumerable.Range(0, 40).Select(i => 4 * (i % 5))];
        double turning = Scripted.Measure(metric, Scripted.Video(40), turn).Figures["test"];
        Assert.True(Scripted.Measure(metric, Scripted.Video(40), loop).Figures["test"] >= turning);
    }

    [Fact]
    public void The_curve_has_the_means_of_two_seconds_each()
    {
        // Four frames a second: eight in each segment, of which the very first has no score.
        int[] angles = [.. Enumerable.Repeat(0, 8), .. Enumerable.Repeat(60, 8), 60];
        MetricCurve curve = Scripted.Measure(new ConsistencyMetric(s_column, new ScriptedEncoder()), Scripted.Video(17), angles).Curves["test"];
        Assert.Equal(2, curve.SecondsPerPoint);
        Assert.Equal([1, (0.5 + (7 * 0.75)) / 8, 0.75], curve.Values.Select(v => Math.Round(v, 6)));
    }

    [Fact]
    public void It_says_why_it_cannot_be_had()
    {
        Assert.Equal("no weights", new ConsistencyMetric(s_column, new ScriptedEncoder("no weights")).WhyNot(Scripted.Video(9)));
        ConsistencyMetric metric = new(s_column, new ScriptedEncoder());
        Assert.NotNull(metric.WhyNot(Scripted.Video(1)));
        Assert.Null(metric.WhyNot(Scripted.Video(2)));
    }
}
