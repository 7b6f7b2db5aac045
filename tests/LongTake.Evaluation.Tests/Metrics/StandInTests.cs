using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Drift;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Metrics.StandIns;
using LongTake.Evaluation.Metrics.VBench;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Tests.Analysis;

namespace LongTake.Evaluation.Tests.Metrics;

public class StandInTests
{
    /// <summary>Imaging is held against the true pictures of the scene itself: its colours are not those of the average scene.</summary>
    private static readonly MetricSet s_set = new(
    [
        new FlowStandIn(), new SmoothnessStandIn(), new ConsistencyStandIn(), new ColourDriftStandIn(), Imaging(PlantedDamages.One),
        new TemporalFlickeringMetric(), new FreezeMetric(),
    ]);

    private static readonly VideoDescription s_video = PlantedDamages.Describe(PlantedDamages.One);
    private static readonly Lazy<VideoMeasurement> s_truth = new(() => s_set.Measure(s_video, PlantedDamages.Plant(PlantedDamages.One, "none", 0)));

    /// <summary>The calibration of the specification, without noise.</summary>
    [Theory]
    [InlineData(MotionKind.Still, 0, 0, 0.01, 0)]
    [InlineData(MotionKind.Right, 0, 1.0, 1.35, 1)]
    [InlineData(MotionKind.Up, 1, 2.5, 3.15, 1)]
    public void Flow_measures_how_fast_things_move(MotionKind kind, int speed, double least, double most, double dynamic)
    {
        foreach (int rate in new[] { 8, 16 })
        {
            Story story = new(rate, 20, 30, [new(new SceneState(3, 0, 1, 0, 1, 1, kind, speed), 0, 0, 3 * rate + 1)]);
            VideoMeasurement found = new MetricSet([new FlowStandIn(), new SmoothnessStandIn()]).Measure(PlantedDamages.Describe(story), Treatments.Truth(story));
            Assert.InRange(found.Figures["si_flow"], least, most);
            Assert.Equal(dynamic, found.Figures["si_dynamic"]);
            Assert.InRange(found.Figures["si_smooth.error"], 0, 0.9);
            Assert.Equal(1 - found.Figures["si_smooth.error"] / 255, found.Figures["si_smooth"], 1e-12);
        }
    }

    /// <summary>At 16 frames/s both look at the same pairs, at others not; of long videos at some of them.</summary>
    [Theory]
    [InlineData(8, 41)]
    [InlineData(16, 41)]
    [InlineData(24, 41)]
    [InlineData(16, 301)]
    public void Flow_and_smoothness_together_find_what_each_finds_alone(int rate, int frames)
    {
        Story story = new(rate, 20, 30, [new(new SceneState(3, 0, 1, 0, 1, 1, MotionKind.Up, 1), 0, 0, frames)]);
        VideoDescription video = PlantedDamages.Describe(story);
        byte[] truth = Treatments.Truth(story);
        VideoMeasurement both = new MetricSet([new SmoothnessStandIn(), new FlowStandIn()]).Measure(video, truth);
        foreach (IVideoMetric metric in new IVideoMetric[] { new FlowStandIn(), new SmoothnessStandIn() })
        {
            VideoMeasurement alone = new MetricSet([metric]).Measure(video, truth);
            Assert.All(metric.Columns, c => Assert.Equal(alone.Figures[c.Name], both.Figures[c.Name]));
        }
    }

    /// <summary>A damage, and the figures that get worse with each degree of it.</summary>
    [Theory]
    [InlineData("colour drift", "si_imaging drift.si_imaging.change si_drift_colour.chroma")]
    [InlineData("background swap", "si_background")]
    [InlineData("frozen motion", "freeze.share -si_flow")]
    [InlineData("flicker", "vbench.temporal_flickering si_smooth")]
    [InlineData("blur", "si_imaging")]
    [InlineData("subject lost", "si_imaging freeze.share -si_flow")]
    [InlineData("second subject", "vbench.temporal_flickering")]
    public void General_metrics_see_what_they_can(string damage, string worse)
    {
        // Flow is dear: only the metrics that are asked.
        MetricSet set = new(
            s_set.Metrics.Where(m => m.Columns.Any(c => worse.Split(' ').Contains(c.Name) || worse.Contains("-" + c.Name, StringComparison.Ordinal))));
        VideoMeasurement[] degrees =
            [.. Enumerable.Range(0, 4).Select(d => set.Measure(s_video, PlantedDamages.Plant(PlantedDamages.One, damage, d)))];
        foreach (string name in worse.Split(' '))
        {
            double[] badness = [.. degrees.Select(d => Badness(name, d))];
            Assert.True(badness[0] < badness[1] && badness[1] < badness[2] && badness[2] < badness[3], $"{name}: {string.Join(", ", badness)}");
        }

        double Badness(string name, VideoMeasurement found)
        {
            double figure = found.Figures[name.TrimStart('-')];
            return set.Columns.Single(c => c.Name == name.TrimStart('-')).Better switch
            {
                BetterWhen.Lower => figure,
                BetterWhen.NearZero => Math.Abs(figure - degrees[0].Figures[name]),
                _ => -figure,
            };
        }
    }

    /// <summary>What none of them can know: the exact metrics exist because of this.</summary>
    [Fact]
    public void General_metrics_are_blind_to_a_reversed_motion()
    {
        VideoMeasurement reversed = s_set.Measure(s_video, PlantedDamages.Plant(PlantedDamages.One, "reversed motion", 1));
        foreach (string name in new[] { "si_flow", "si_dynamic", "si_smooth", "si_background", "vbench.temporal_flickering", "freeze.share" })
        {
            Assert.Equal(s_truth.Value.Figures[name], reversed.Figures[name], 0.05);
        }
    }

    [Fact]
    public void Freezing_and_looping_do_not_lower_consistency()
    {
        Story story = PlantedDamages.One;
        byte[] truth = Treatments.Truth(story), frozen = Repeat(truth, 1), loop = Repeat(truth, 48);
        VideoMeasurement still = s_set.Measure(s_video, frozen), again = s_set.Measure(s_video, loop);
        foreach (string name in new[] { "si_subject", "si_background", "vbench.temporal_flickering" })
        {
            Assert.Equal(1, still.Figures[name], 1e-6);
        }
        Assert.Equal((0, 1), (still.Figures["si_dynamic"], still.Figures["freeze.share"]));
        Assert.True(again.Figures["si_subject"] >= s_truth.Value.Figures["si_subject"] - 0.02);
        Assert.True(again.Figures["si_background"] >= s_truth.Value.Figures["si_background"] - 0.02);
        Assert.Equal(1, new MetricSet([new LoopMetric()]).Measure(s_video, loop).Figures["loop.score"], 1e-6);
    }

    /// <summary>A ramp that is plain to see in colours hardly moves the consistency of short clips.</summary>
    [Fact]
    public void A_ramp_of_saturation_is_reported_where_clips_are_blind()
    {
        byte[] ramp = PlantedDamages.Plant(PlantedDamages.One, "colour drift", 1);
        double change = s_set.Measure(s_video, ramp).Figures["si_drift_colour.chroma"] - s_truth.Value.Figures["si_drift_colour.chroma"];

        // 15 % of saturation over 12 s, of which 7 s lie between the middles of the ends; rounding to bytes takes its share.
        PixelStatistics first = new(ShapesWorld.Size * ShapesWorld.Size);
        first.Load(Treatments.Truth(PlantedDamages.One).AsSpan(0, s_video.FrameBytes));
        double chroma = ColourStatistics.Of(first).Chroma;
        Assert.Equal(-0.15 * 57 / 96 * chroma, change, 0.4);
        Assert.Equal(InClip(Treatments.Truth(PlantedDamages.One)), InClip(ramp), 0.01);

        static double InClip(byte[] video)
        {
            VideoDescription clip = s_video with { FrameCount = 16, Story = null };
            MetricSet set = new([new ConsistencyStandIn()]);
            return Enumerable.Range(0, 6).Average(i => set.Measure(clip, video.AsSpan(i * 16 * s_video.FrameBytes, 16 * s_video.FrameBytes)).Figures["si_subject"]);
        }
    }

    [Fact]
    public void The_reference_of_the_shapes_world_is_that_of_its_training_clips()
    {
        TrainingClips clips = new();
        ImagingReference measured = ImagingReference.Of(Enumerable.Range(0, 512).Select(i => (ReadOnlyMemory<byte>)clips.Get(i, 1).Frames), 64, 64);
        Assert.Equal(1, measured.Sharpness / ImagingReference.Shapes.Sharpness, 0.01);
        Assert.Equal(1, measured.Chroma / ImagingReference.Shapes.Chroma, 0.01);
        Assert.Throws<ArgumentException>(() => ImagingReference.Of([], 64, 64));
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("gain up")]
    [InlineData("blur")]
    [InlineData("saturation down")]
    public void Imaging_falls_with_each_of_its_terms(string treatment)
    {
        Story snow = new(8, 20, 30, [new(new SceneState(3, 0, 1, 0, 4, 4, MotionKind.Right, 0), 0, 0, 33)]);
        MetricSet set = new([Imaging(snow)]);
        double truth = set.Measure(PlantedDamages.Describe(snow), Treatments.Truth(snow)).Figures["si_imaging"];
        double spoilt = set.Measure(PlantedDamages.Describe(snow), Treatments.Apply(treatment, snow)).Figures["si_imaging"];
        Assert.True(spoilt < truth - 0.02, $"{spoilt} against {truth}");
    }

    [Fact]
    public void Large_frames_are_made_smaller()
    {
        // The same scene at twice the size: displacements are in pixels of the small one.
        VideoDescription large = s_video with { FrameCount = 17, Height = 128, Width = 128, Story = null };
        byte[] frames = new byte[17 * large.FrameBytes];
        PlantedDamages.One.Render(0, 17, frames, scale: 2);
        MetricSet set = new([new FlowStandIn(), new FlowOf(64)]);
        VideoMeasurement found = set.Measure(large, frames);
        Assert.Equal(found.Figures["small.si_flow"], found.Figures["si_flow"], 0.15);
    }

    [Fact]
    public void Wrong_settings_are_refused_by_name()
    {
        Assert.Equal("LongestSide", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowStandIn(new BlockMatcherOptions { LongestSide = 8 })).ParamName);
        Assert.Equal("Reach", Assert.Throws<ArgumentOutOfRangeException>(() => new SmoothnessStandIn(new BlockMatcherOptions { Reach = 0 })).ParamName);
        Assert.Equal("MostFrames", Assert.Throws<ArgumentOutOfRangeException>(() => new ConsistencyStandIn(new ConsistencyOptions { MostFrames = 1 })).ParamName);
        Assert.Equal(
            "ForegroundFrom",
            Assert.Throws<ArgumentOutOfRangeException>(() => new ConsistencyStandIn(new ConsistencyOptions { ForegroundFrom = 0 })).ParamName);
        Assert.Equal(
            "LeastForeground",
            Assert.Throws<ArgumentOutOfRangeException>(() => new ConsistencyStandIn(new ConsistencyOptions { LeastForeground = 0 })).ParamName);
        Assert.Equal("NoiseScale", Assert.Throws<ArgumentOutOfRangeException>(() => new ImagingStandIn(new ImagingOptions { NoiseScale = 0 })).ParamName);
        Assert.Equal("Reference", Assert.Throws<ArgumentOutOfRangeException>(() => new ImagingStandIn(new ImagingOptions { Reference = new(0, 1) })).ParamName);
    }

    private static FrameScoreMetric Imaging(Story story) => new(new ImagingStandIn(new ImagingOptions
    {
        Reference = ImagingReference.Of([Treatments.Truth(story).AsMemory(0, SceneRenderer.FrameBytes(1))], ShapesWorld.Size, ShapesWorld.Size),
    }));

    private static byte[] Repeat(byte[] video, int frames)
    {
        byte[] result = new byte[video.Length];
        for (int i = 0; i < video.Length; i++)
        {
            result[i] = video[i % (frames * s_video.FrameBytes)];
        }
        return result;
    }

    /// <summary>The flow of frames that are made smaller, under another name.</summary>
    private sealed class FlowOf(int side) : IVideoMetric
    {
        private readonly FlowStandIn _inner = new(new BlockMatcherOptions { LongestSide = side });

        public string Name => "small." + _inner.Name;

        public IReadOnlyList<MetricColumn> Columns => [.. _inner.Columns.Select(c => c with { Name = "small." + c.Name })];

        public string? WhyNot(VideoDescription video) => null;

        public IMetricRun Start(VideoDescription video) => new Run(_inner.Start(video));

        private sealed class Run(IMetricRun inner) : IMetricRun
        {
            public void Add(ReadOnlySpan<byte> frame) => inner.Add(frame);

            public MetricResult Finish() => MetricResult.Of(inner.Finish().Figures.ToDictionary(f => "small." + f.Key, f => f.Value));

            public void Dispose() => inner.Dispose();
        }
    }
}
