using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Metrics.VBench;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Tests.Analysis;

namespace LongTake.Evaluation.Tests.Metrics;

public class MetricSetTests
{
    [Fact]
    public void Standard_metrics_fit_together_and_describe_themselves()
    {
        MetricSet set = new(StandardMetrics.WithoutNetworks());
        Assert.All(set.Columns, c => Assert.True(c.Description.Length > 10 && c.Description.EndsWith('.'), c.Name));
        string[] names = [.. set.Columns.Select(c => c.Name)];
        Assert.All(
            new[]
            {
                "si_flow", "si_dynamic", "si_smooth", "si_subject", "si_background", "si_imaging", "sink.max", "loop.score", "freeze.share", "S_total", "norepeat",
            },
            name => Assert.Contains(name, names));
    }

    [Fact]
    public void Names_that_collide_are_refused() =>
        Assert.Contains(
            "freeze.share", Assert.Throws<ArgumentException>(() => new MetricSet([new FreezeMetric(), new FreezeMetric()])).Message, StringComparison.Ordinal);

    [Fact]
    public void Metrics_that_cannot_be_had_say_why_and_the_others_are_measured()
    {
        MetricSet set = new(StandardMetrics.WithoutNetworks());
        VideoDescription video = new() { FrameCount = 3, Height = 20, Width = 24, FramesPerSecond = 8 };
        VideoMeasurement found = set.Measure(video, new byte[3 * video.FrameBytes]);
        Assert.Equal(set.WhyNot(video), found.Missing);
        Assert.Equal(set.Metrics.Count, found.Missing.Count + found.Results.Count);
        Assert.All(
            ShapesMetrics.All(),
            m => Assert.Contains(found.Missing, missing => missing.Metric == m.Name && missing.Why.Contains("no story", StringComparison.Ordinal)));
        Assert.Contains(found.Missing, m => m.Metric == "si_imaging");
        Assert.Equal(1, found.Figures["vbench.temporal_flickering"]);
        Assert.Equal(1, found.Figures["freeze.share"]);
    }

    [Fact]
    public void Videos_that_do_not_fit_their_story_are_told_so()
    {
        VideoDescription video = PlantedDamages.Describe(PlantedDamages.One);
        SubjectMetric metric = new();
        Assert.Null(metric.WhyNot(video));
        Assert.Contains("96 frames", metric.WhyNot(video with { FrameCount = 96 })!, StringComparison.Ordinal);
        Assert.Contains("128x64", metric.WhyNot(video with { Width = 128 })!, StringComparison.Ordinal);
        Assert.Contains("16", metric.WhyNot(video with { FramesPerSecond = 16 })!, StringComparison.Ordinal);
        Assert.Contains("Ceilings", metric.WhyNot(video with { Ceilings = [0.5, 0.5] })!, StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_readings_change_nothing()
    {
        VideoDescription video = PlantedDamages.Describe(PlantedDamages.One);
        byte[] frames = PlantedDamages.Plant(PlantedDamages.One, "teleport", 1);
        VideoMeasurement together = new MetricSet(ShapesMetrics.All()).Measure(video, frames);
        Evaluation.Analysis.VideoScores scores = Evaluation.Analysis.VideoScores.Of(frames, PlantedDamages.One);
        Assert.Equal((scores.Total, scores.Flicker, scores.Fidelity), (together.Figures["S_total"], together.Figures["flicker"], together.Figures["fidelity"]));
        foreach (ShapesMetric metric in ShapesMetrics.All().Where(m => m.WhyNot(video) is null))
        {
            using IMetricRun run = metric.Start(video);
            for (int i = 0; i < video.FrameCount; i++)
            {
                run.Add(frames.AsSpan(i * video.FrameBytes, video.FrameBytes));
            }
            Assert.Equal(together.Results[metric.Name].Figures, run.Finish().Figures);
        }
    }

    [Fact]
    public void Wrong_counts_and_sizes_are_refused()
    {
        VideoDescription video = new() { FrameCount = 2, Height = 4, Width = 4, FramesPerSecond = 8 };
        using IMetricRun run = new FreezeMetric().Start(video);
        Assert.Throws<ArgumentException>(() => run.Add(new byte[47]));
        run.Add(new byte[48]);
        Assert.Throws<InvalidOperationException>(() => run.Finish());
        run.Add(new byte[48]);
        Assert.Throws<InvalidOperationException>(() => run.Add(new byte[48]));
        Assert.Equal(1, run.Finish().Figures["freeze.share"]);
        MetricSet set = new([new TemporalFlickeringMetric()]);
        Assert.Throws<ArgumentException>(() => set.Measure(video, new byte[48]));
        Assert.Throws<ArgumentException>(() => set.Start(video with { FramesPerSecond = 0 }));
        Assert.Throws<ArgumentException>(() => set.Start(video with { Height = 0 }));
        Assert.Throws<ArgumentException>(() => set.Start(video with { SinkFrames = -1 }));
        Assert.Throws<ArgumentException>(() => set.Start(video with { Prompts = [new("a", 1)] }));
        Assert.Throws<ArgumentException>(() => set.Start(video with { Prompts = [new("a", 0), new("b", 0)] }));
    }

    /// <summary>What is kept of a frame is far less than the frame, and nothing is allocated while frames are taken.</summary>
    [Fact]
    public void Memory_does_not_grow_with_the_pixels_of_the_video()
    {
        const int Most = 24 << 20, BytesAFrame = 320;
        IReadOnlyList<IVideoMetric> metrics = StandardMetrics.WithoutNetworks(new NoRepeatOptions { PeriodFrames = 40 });
        foreach (IVideoMetric metric in metrics.Where(m => m is not (AtomsMetric or RecallMetric)))
        {
            long small = StartBytes(metric, 2_000), large = StartBytes(metric, 50_000);
            Assert.True(large - small <= 48_000L * BytesAFrame || large <= Most, $"{metric.Name} needs {small} bytes for 2,000 frames and {large} for 50,000.");

            Story story = Told(96);
            byte[] frames = Treatments.Truth(story);
            VideoDescription video = PlantedDamages.Describe(story);
            using IMetricRun run = metric.Start(video);
            long before = 0;
            for (int i = 0; i < 96; i++)
            {
                before = i == 40 ? GC.GetAllocatedBytesForCurrentThread() : before;
                run.Add(frames.AsSpan(i * video.FrameBytes, video.FrameBytes));
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 1024, $"{metric.Name} allocates {allocated} bytes in 56 frames.");
        }
    }

    private static long StartBytes(IVideoMetric metric, int frames)
    {
        VideoDescription video = PlantedDamages.Describe(Told(frames));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using IMetricRun run = metric.Start(video);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Story Told(int frames) => new(8, 20, 30, [PlantedDamages.One.Scenes[0] with { FrameCount = frames }]);
}
