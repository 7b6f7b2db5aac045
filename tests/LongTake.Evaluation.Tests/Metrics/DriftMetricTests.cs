using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Drift;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Metrics;

public class DriftMetricTests
{
    [Fact]
    public void A_score_of_pictures_becomes_mean_curve_and_drift()
    {
        // Pictures get darker evenly over 40 s.
        VideoDescription video = new() { FrameCount = 400, Height = 2, Width = 2, FramesPerSecond = 10 };
        byte[] frames = [.. Enumerable.Range(0, 400).SelectMany(i => Enumerable.Repeat((byte)(200 - i / 2), video.FrameBytes))];
        MetricSet set = new([new FrameScoreMetric(new Brightness())]);
        VideoMeasurement found = set.Measure(video, frames);
        DriftScores expected = DriftScores.Of([.. Enumerable.Range(0, 400).Select(i => (200 - i / 2) / 255.0)], 10);
        Assert.Equal(100.5 / 255, found.Figures["brightness"], 1e-9);
        Assert.Equal(-expected.Signed5s, found.Figures["drift.brightness.change"], 1e-9);
        Assert.Equal(expected.Slope, found.Figures["drift.brightness.slope"], 1e-9);
        Assert.Equal(expected.HalfLife, found.Figures["drift.brightness.halflife"], 1e-9);
        Assert.Equal(set.Columns.Select(c => c.Name).Order(), found.Figures.Keys.Order());
        Assert.Equal((2, 20), (found.Curves["brightness"].SecondsPerPoint, found.Curves["brightness"].Values.Count));
    }

    [Fact]
    public void Mean_of_absolute_drifts_is_never_below_the_absolute_mean()
    {
        SplitMix64 random = new(1UL);
        for (int trial = 0; trial < 50; trial++)
        {
            DriftScores[] videos = [.. Enumerable.Range(0, 1 + random.NextInt(6)).Select(_ => Falls(random.NextDouble()))];
            DriftSummary summary = DriftSummary.Of(videos);
            Assert.True(summary.PerPrompt >= summary.OfMeans - 1e-12);
            Assert.Equal(summary.OfMeans, Math.Abs(summary.Signed));
        }
        DriftSummary opposite = DriftSummary.Of([Falls(0.2), Falls(0.8)]);
        Assert.Equal(30, opposite.PerPrompt, 1e-9);
        Assert.Equal(0, opposite.OfMeans, 1e-9);

        static DriftScores Falls(double to) => DriftScores.Of([.. Enumerable.Repeat(0.5, 50), .. Enumerable.Repeat(to, 50)], 8);
    }

    [Fact]
    public void No_videos_have_no_drift()
    {
        Assert.Throws<ArgumentException>(() => DriftSummary.Of([]));
    }

    [Fact]
    public void The_grid_has_what_the_video_has()
    {
        double[] score = [.. Enumerable.Range(0, 120).Select(i => (double)i)];
        double[] means = ReportingGrid.Means(score, 10);
        Assert.Equal([24.5, 74.5, 109.5], means[..3]);
        Assert.All(means[3..], m => Assert.True(double.IsNaN(m)));
    }

    [Fact]
    public void Frame_rates_need_not_be_whole()
    {
        double[] score = [.. Enumerable.Range(0, 240).Select(i => i / 240.0)];
        Assert.Equal(5, DriftScores.Segments(score, 23.976).Length);
        Assert.Equal(240 / 23.976, DriftScores.Of(score, 23.976).HalfLife, 1e-9);
    }

    private sealed class Brightness : IFrameScore, IFrameScorer
    {
        public MetricColumn Column { get; } = new("brightness", BetterWhen.Higher, "Brightness.");

        public string? WhyNot(VideoDescription video) => null;

        public IFrameScorer Start(VideoDescription video) => this;

        public double Score(ReadOnlySpan<byte> frame) => frame[0] / 255.0;

        public void Dispose()
        {
        }
    }
}
