using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>The check vectors of spec/metrics.md.</summary>
public class VBenchTests
{
    private static readonly Dictionary<string, double> s_raw = new()
    {
        ["subject_consistency"] = .95,
        ["background_consistency"] = .96,
        ["temporal_flickering"] = .98,
        ["motion_smoothness"] = .985,
        ["dynamic_degree"] = .55,
        ["aesthetic_quality"] = .60,
        ["imaging_quality"] = .68,
        ["object_class"] = .80,
        ["multiple_objects"] = .55,
        ["human_action"] = .90,
        ["color"] = .85,
        ["spatial_relationship"] = .65,
        ["scene"] = .45,
        ["appearance_style"] = .21,
        ["temporal_style"] = .235,
        ["overall_consistency"] = .25,
    };

    [Theory]
    [InlineData(81, 8, "4 14 24 34 44 54 64 75")]
    [InlineData(16, 8, "0 2 4 6 8 10 12 14")]
    [InlineData(3, 5, "0 1 2 2 2")]
    [InlineData(1, 1, "0")]
    public void Middle_frames(int frames, int count, string expected) => Assert.Equal(expected, string.Join(' ', MiddleFrames.Of(frames, count)));

    [Fact]
    public void Consistency_of_features_at_0_60_and_90_degrees()
    {
        FeatureConsistency consistency = new(2);
        foreach (double degrees in new[] { 0.0, 60, 90 })
        {
            consistency.Add([(float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180)]);
        }
        Assert.Equal(0.466506, consistency.Score, 1e-6);
        Assert.Equal(2, consistency.Count);
        FeatureConsistency one = new(2);
        one.Add([1, 0]);
        Assert.Throws<InvalidOperationException>(() => one.Score);
        one.Add([-1, 0]);
        Assert.Equal(0, one.Score);
        Assert.Throws<ArgumentException>(() => one.Add([1]));
    }

    [Theory]
    [InlineData("constant", 1)]
    [InlineData("alternating", 0)]
    [InlineData("ramp", 0.996078)]
    public void Flickering(string video, double expected)
    {
        VideoDescription description = new() { FrameCount = 20, Height = 5, Width = 7, FramesPerSecond = 8 };
        byte[] frames = new byte[description.FrameCount * description.FrameBytes];
        for (int i = 0; i < frames.Length; i++)
        {
            int t = i / description.FrameBytes;
            frames[i] = (byte)(video switch { "constant" => 90, "alternating" => t % 2 * 255, _ => 100 + t });
        }
        MetricSet set = new([new TemporalFlickeringMetric()]);
        Assert.Equal(expected, set.Measure(description, frames).Figures["vbench.temporal_flickering"], 1e-6);
    }

    [Fact]
    public void Totals()
    {
        double[] normalised = [.941438, .945836, .946048, .957118, .55, .60, .68];
        for (int i = 0; i < normalised.Length; i++)
        {
            VBenchDimension dimension = VBenchDimension.All[i];
            Assert.Equal(normalised[i], dimension.Normalise(s_raw[dimension.Name]), 1e-6);
        }
        Assert.Equal(.822376, VBenchTotals.Quality(s_raw), 1e-6);
        Assert.Equal(.707161, VBenchTotals.Semantic(s_raw), 1e-6);
        Assert.Equal(.799333, VBenchTotals.Total(s_raw), 1e-6);
        Assert.Equal(16, VBenchDimension.All.Count);
        PartialQuality whole = VBenchTotals.QualityOf(s_raw);
        Assert.Equal((6.5, VBenchTotals.Quality(s_raw)), (whole.Divisor, whole.Score));
    }

    [Fact]
    public void Missing_dimensions_are_named_and_never_counted_as_zero()
    {
        Dictionary<string, double> raw = new() { ["subject_consistency"] = .95, ["dynamic_degree"] = .55 };
        Assert.Contains("imaging_quality", Assert.Throws<ArgumentException>(() => VBenchTotals.Quality(raw)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VBenchTotals.Total(raw));
        PartialQuality quality = VBenchTotals.QualityOf(raw);
        Assert.Equal((.941438 + .5 * .55) / 1.5, quality.Score, 1e-6);
        Assert.Equal((1.5, "subject_consistency dynamic_degree"), (quality.Divisor, string.Join(' ', quality.Dimensions)));
        Assert.Throws<ArgumentException>(() => VBenchTotals.QualityOf(new Dictionary<string, double> { ["beauty"] = 1 }));
        Assert.Throws<ArgumentException>(() => VBenchTotals.QualityOf(new Dictionary<string, double> { ["scene"] = 1 }));
    }

    [Theory]
    [InlineData(41, 10)]
    [InlineData(16, 4)]
    [InlineData(10, 2)]
    [InlineData(14, 4)]
    [InlineData(18, 4)]
    [InlineData(2, 0)]
    public void Dynamic_degree_needs_a_quarter_of_the_pairs(int kept, int need)
    {
        Assert.Equal(need, DynamicDegree.Need(kept));
        double[] scores = new double[kept - 1];
        scores.AsSpan(0, need).Fill(11.26);
        Assert.True(DynamicDegree.IsDynamic(scores, 480, 832));
        if (need > 0)
        {
            scores[0] = 11.25;
            Assert.False(DynamicDegree.IsDynamic(scores, 480, 832));
        }
    }

    [Fact]
    public void Dynamic_degree_keeps_eight_frames_a_second()
    {
        Assert.Equal([1, 2, 2, 3, 4], new[] { 8.0, 16, 12, 24, 30 }.Select(DynamicDegree.Stride));
        Assert.Equal(41, DynamicDegree.Kept(81, 16));
        VideoDescription video = new() { FrameCount = 81, Height = 8, Width = 8, FramesPerSecond = 16 };
        ScriptedFlow flow = new();
        DynamicDegreeMetric metric = new(flow);
        byte[] frames = new byte[81 * video.FrameBytes];
        for (int i = 0; i < frames.Length; i++)
        {
            frames[i] = (byte)(i / video.FrameBytes);
        }
        Assert.Equal(1, new MetricSet([metric]).Measure(video, frames).Figures["vbench.dynamic_degree"]);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (2 * i, 2 * i + 2)), flow.Pairs);
        flow.Value = 0;
        Assert.Equal(0, new MetricSet([metric]).Measure(video, frames).Figures["vbench.dynamic_degree"]);
        Assert.Contains("RAFT, which LongTake does not implement", new DynamicDegreeMetric(null).WhyNot(video)!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_static_filter_allows_few_moving_pairs()
    {
        double[] pairs = new double[31];
        pairs.AsSpan(0, 4).Fill(3.1);
        Assert.True(StaticFilter.IsStatic(pairs, 0, 0, 256, 256));
        Assert.True(StaticFilter.IsStatic(pairs, 24, 24, 256, 256));
        Assert.False(StaticFilter.IsStatic(pairs, 24.1, 0, 256, 256));
        Assert.False(StaticFilter.IsStatic(pairs, 0, 24.1, 256, 256));
        pairs[4] = 3.1;
        Assert.False(StaticFilter.IsStatic(pairs, 0, 0, 256, 256));
    }

    [Fact]
    public void Means_over_videos_and_over_frames_differ_when_lengths_do()
    {
        Assert.Equal(0.5, DatasetMean.OverVideos([0, 1]));
        Assert.Equal(0.75, DatasetMean.OverFrames([(0, 10), (1, 30)]));
        Assert.Throws<ArgumentException>(() => DatasetMean.OverFrames([(1, 0)]));
    }

    private sealed class ScriptedFlow : IFlowScore
    {
        public List<(int From, int To)> Pairs { get; } = [];

        public double Value { get; set; } = 1;

        public double Score(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, int height, int width, double share)
        {
            Assert.Equal((8, 8, 0.05), (height, width, share));
            Pairs.Add((from[0], to[0]));
            return Value;
        }
    }
}
