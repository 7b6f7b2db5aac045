using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Wan;

namespace LongTake.Evaluation.Tests.Metrics;

public class RepetitionTests
{
    private const int Frames = 120;
    private static readonly VideoDescription s_video = new() { FrameCount = Frames, Height = 32, Width = 48, FramesPerSecond = 8 };

    [Fact]
    public void A_video_that_repeats_at_the_predicted_period_is_found()
    {
        NoRepeatMetric metric = new(new NoRepeatOptions { PeriodFrames = 36 });
        IReadOnlyDictionary<string, double> repeats = Measure(metric, Reorder(t => t % 40)), not = Measure(metric, Reorder(t => t));
        Assert.Equal((0, 0, 40), (repeats["norepeat"], repeats["norepeat.distance"], repeats["norepeat.frame"]));
        Assert.Equal(1, not["norepeat"]);
        Assert.True(not["norepeat.distance"] > 100);

        // The first frame alone comes back: what follows it decides.
        IReadOnlyDictionary<string, double> once = Measure(metric, Reorder(t => t == 40 ? 0 : t));
        Assert.Equal((1, 40), (once["norepeat"], once["norepeat.frame"]));
        Assert.Contains("--repeat-period", new NoRepeatMetric().WhyNot(s_video)!, StringComparison.Ordinal);
        Assert.Null(new NoRepeatMetric(new NoRepeatOptions { PeriodFrames = 79 }).WhyNot(s_video));
        Assert.Contains("80 frames", new NoRepeatMetric(new NoRepeatOptions { PeriodFrames = 80 }).WhyNot(s_video)!, StringComparison.Ordinal);
        Assert.Equal(525, NoRepeatOptions.PeriodOf(2 * Math.PI / 131.25));
    }

    [Fact]
    public void A_period_in_seconds_follows_the_frame_rate()
    {
        NoRepeatOptions options = new() { PeriodSeconds = 4.5 };
        Assert.Equal((36, 72), (options.PeriodAt(8), options.PeriodAt(16)));
        Assert.Equal("36 frames", options.SettingsAt(8)["repeat-period"]);
        Assert.Empty(new NoRepeatOptions().SettingsAt(8));
        byte[] video = Reorder(t => t % 40);
        Assert.Equal(Measure(new NoRepeatMetric(new NoRepeatOptions { PeriodFrames = 36 }), video), Measure(new NoRepeatMetric(options), video));
        Assert.Contains("1 frames", new NoRepeatMetric(new NoRepeatOptions { PeriodSeconds = 0.1 }).WhyNot(s_video)!, StringComparison.Ordinal);
        Assert.NotNull(new NoRepeatMetric(new NoRepeatOptions { PeriodSeconds = 1e12 }).WhyNot(s_video));
    }

    [Fact]
    public void A_jump_back_to_the_sink_is_found_where_it_happens()
    {
        SinkCollapseMetric metric = new();
        byte[] clean = Reorder(t => t);
        double before = 0;
        foreach (int share in new[] { 1, 2, 3, 4 })
        {
            // The first frame shines through, a quarter more each time.
            byte[] video = [.. clean];
            for (int i = 0; i < s_video.FrameBytes; i++)
            {
                int at = 80 * s_video.FrameBytes + i;
                video[at] = (byte)((video[at] * (4 - share) + clean[i] * share) / 4);
            }
            MetricResult found = Run(metric, s_video, video);
            Assert.True(found.Figures["sink.max"] > before + 10, $"{share}: {found.Figures["sink.max"]} after {before}");
            before = found.Figures["sink.max"];
            Assert.True(share < 3 || found.Events["sink"].SequenceEqual([80]));
            Assert.True(share < 4 || before > 99.9);
        }
        MetricResult truth = Run(metric, s_video, clean);
        Assert.True(truth.Figures["sink.max"] < 15 && truth.Events["sink"].Count == 0);

        // Frames of the sink itself may come back as they like when the sink is longer.
        byte[] late = Reorder(t => t == 80 ? 15 : t);
        Assert.True(Run(metric, s_video, late).Figures["sink.max"] < 15);
        MetricResult longer = Run(metric, s_video with { SinkFrames = 21 }, late);
        Assert.True(longer.Figures["sink.max"] > 99.9);
        SinkCollapseSummary summary = SinkCollapseSummary.Of([truth, longer, longer]);
        Assert.Equal(longer.Figures["sink.max"], summary.Maximum);
        Assert.Equal([(80, 2)], summary.Events);
        Assert.NotNull(metric.WhyNot(s_video with { FrameCount = 34 }));
        Assert.Null(metric.WhyNot(s_video with { FrameCount = 35 }));
    }

    [Fact]
    public void Phases_of_wan_line_up_where_collapses_are_reported()
    {
        double[] frequencies = RotaryFrequencies.Standard(128).Temporal;
        Assert.Equal(22, frequencies.Length);
        Assert.Equal(1, PhaseCoherence.At(frequencies, 0), 1e-12);
        int[] peaks = [.. PhaseCoherence.Peaks(frequencies, 120, 260).Take(3).Select(p => p.Offset)];

        // LoL reports latents 132 and 201.
        Assert.Contains(133, peaks);
        Assert.Contains(201, peaks);
        Assert.Throws<ArgumentException>(() => PhaseCoherence.At([], 1));
    }

    [Theory]
    [InlineData(120, 0)]
    [InlineData(80, 5 / 15.0)]
    [InlineData(40, 10 / 15.0)]
    [InlineData(0, 1)]
    public void Seconds_that_stand_still_are_counted(int from, double share) =>
        Assert.Equal(share, Measure(new FreezeMetric(), Reorder(t => Math.Min(t, from)))["freeze.share"], 1.01 / 15);

    [Fact]
    public void Loops_are_found_with_their_length()
    {
        LoopMetric metric = new();
        double before = Measure(metric, Reorder(t => t))["loop.score"];
        Assert.True(before < 0.1);
        foreach (int half in new[] { 8, 4, 2 })
        {
            // Every so many frames one that does not repeat.
            double score = Measure(metric, Reorder(t => t % half == 0 ? t : t % 30))["loop.score"];
            Assert.True(score > before + 0.1 || half == 2, $"{half}: {score}");
        }
        IReadOnlyDictionary<string, double> loop = Measure(metric, Reorder(t => t % 30));
        Assert.Equal(1, loop["loop.score"], 1e-6);
        Assert.Equal(30 / 8.0, loop["loop.seconds"]);
        Assert.Equal(0, Measure(metric, Reorder(_ => 0))["loop.score"]);
        Assert.NotNull(metric.WhyNot(s_video with { FrameCount = 15 }));
        Assert.Null(metric.WhyNot(s_video with { FrameCount = 16 }));

        // A longer video than is kept is looked at in steps.
        Assert.Equal(1, Measure(new LoopMetric(new LoopOptions { MostFrames = 60 }), Reorder(t => t % 30))["loop.score"], 1e-6);
    }

    [Fact]
    public void Wrong_settings_are_refused_by_name()
    {
        Assert.Equal("PeriodFrames", Assert.Throws<ArgumentOutOfRangeException>(() => new NoRepeatMetric(new NoRepeatOptions { PeriodFrames = 1 })).ParamName);
        Assert.Equal("PeriodSeconds", Assert.Throws<ArgumentOutOfRangeException>(() => new NoRepeatMetric(new NoRepeatOptions { PeriodSeconds = 0 })).ParamName);
        NoRepeatOptions twice = new() { PeriodFrames = 9, PeriodSeconds = 1 };
        Assert.Contains("both", Assert.Throws<ArgumentException>(() => new NoRepeatMetric(twice)).Message, StringComparison.Ordinal);
        Assert.Equal("Threshold", Assert.Throws<ArgumentOutOfRangeException>(() => new NoRepeatMetric(new NoRepeatOptions { Threshold = 0 })).ParamName);
        Assert.Equal("SinkFrames", Assert.Throws<ArgumentOutOfRangeException>(() => new SinkCollapseMetric(new SinkCollapseOptions { SinkFrames = 0 })).ParamName);
        Assert.Equal("BaseSeconds", Assert.Throws<ArgumentOutOfRangeException>(() => new SinkCollapseMetric(new SinkCollapseOptions { BaseSeconds = 0 })).ParamName);
        Assert.Equal("LeastBase", Assert.Throws<ArgumentOutOfRangeException>(() => new SinkCollapseMetric(new SinkCollapseOptions { LeastBase = 1 })).ParamName);
        Assert.Equal("EventDrop", Assert.Throws<ArgumentOutOfRangeException>(() => new SinkCollapseMetric(new SinkCollapseOptions { EventDrop = 0 })).ParamName);
        Assert.Equal("StillBelow", Assert.Throws<ArgumentOutOfRangeException>(() => new FreezeMetric(new FreezeOptions { StillBelow = 0 })).ParamName);
        Assert.Equal("MostFrames", Assert.Throws<ArgumentOutOfRangeException>(() => new LoopMetric(new LoopOptions { MostFrames = 2 })).ParamName);
        Assert.Equal("Pairs", Assert.Throws<ArgumentOutOfRangeException>(() => new LoopMetric(new LoopOptions { Pairs = 0 })).ParamName);
    }

    /// <summary>A video of blocks of 8x8 random colours, every frame unlike all others, in another order.</summary>
    private static byte[] Reorder(Func<int, int> source)
    {
        byte[] video = new byte[Frames * s_video.FrameBytes];
        for (int t = 0; t < Frames; t++)
        {
            SplitMix64 random = new(5, source(t));
            byte[] blocks = [.. Enumerable.Range(0, 4 * 6 * 3).Select(_ => (byte)random.NextInt(256))];
            for (int i = 0; i < s_video.FrameBytes; i++)
            {
                int x = i / 3 % 48, y = i / 3 / 48;
                video[t * s_video.FrameBytes + i] = blocks[(y / 8 * 6 + x / 8) * 3 + i % 3];
            }
        }
        return video;
    }

    private static IReadOnlyDictionary<string, double> Measure(IVideoMetric metric, byte[] video) => Run(metric, s_video, video).Figures;

    private static MetricResult Run(IVideoMetric metric, VideoDescription description, byte[] video) =>
        new MetricSet([metric]).Measure(description, video).Results[metric.Name];
}
