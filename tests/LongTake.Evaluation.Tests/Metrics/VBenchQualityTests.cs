using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.VBench;
using LongTake.Tensors.Backends;

namespace LongTake.Evaluation.Tests.Metrics;

public class VBenchQualityTests
{
    // The check vector of spec/metrics.md section 3.
    private static readonly (string Dimension, double Raw)[] s_raw =
    [
        ("subject_consistency", .95), ("background_consistency", .96), ("temporal_flickering", .98), ("motion_smoothness", .985),
        ("dynamic_degree", .55), ("aesthetic_quality", .60), ("imaging_quality", .68),
    ];

    private static readonly VideoDescription s_video = new() { FrameCount = 2, Height = 1, Width = 1, FramesPerSecond = 8 };

    [Theory]
    [InlineData("vbench.")]
    [InlineData("vbench_long.")]
    public void Quality_is_a_figure_when_all_its_dimensions_are(string prefix)
    {
        VideoMeasurement found = Measure(prefix, s_raw);
        Assert.Equal(.822376, found.Figures[prefix + "quality"], 1e-6);
        Assert.Equal(found.Figures[prefix + "quality"], found.Results[prefix + "quality"].Figures[prefix + "quality"]);
        Assert.Empty(found.Missing);
    }

    [Fact]
    public void Without_one_of_them_it_is_missing_and_names_what_lacks()
    {
        VideoMeasurement found = Measure("vbench.", [.. s_raw.Where(r => r.Dimension is not ("imaging_quality" or "dynamic_degree"))]);
        Assert.DoesNotContain(found.Figures.Keys, f => f.Contains("quality", StringComparison.Ordinal) && f != "vbench.aesthetic_quality");
        MissingMetric missing = Assert.Single(found.Missing);
        Assert.Equal("vbench.quality", missing.Metric);
        Assert.Equal("it needs all 7 quality dimensions, and of these lack vbench.dynamic_degree, vbench.imaging_quality", missing.Why);

        // One that has no value counts as little as one that was not measured; those of VBench-Long do not help out.
        (string Dimension, double Raw)[] undefined = [.. s_raw.Select(r => r.Dimension == "dynamic_degree" ? (r.Dimension, double.NaN) : r)];
        Assert.Contains("vbench.dynamic_degree", Assert.Single(Measure("vbench.", undefined).Missing).Why, StringComparison.Ordinal);
        VideoMeasurement other = Measure("vbench.", [], new Given("vbench_long.", s_raw));
        Assert.Contains("lack vbench.subject_consistency", Assert.Single(other.Missing).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void All_metrics_name_the_networks_that_are_not_implemented()
    {
        using CpuBackend backend = new(1);
        using MetricWeights weights = MetricWeights.Open(null, backend);
        MetricSet set = NetworkMetrics.All(weights);
        VideoDescription video = s_video with { FrameCount = 20, Height = 20, Width = 24 };
        VideoMeasurement found = set.Measure(video, new byte[20 * video.FrameBytes]);
        Dictionary<string, string> missing = found.Missing.ToDictionary(m => m.Metric, m => m.Why);
        foreach ((string dimension, string network) in new[]
        {
            ("motion_smoothness", "AMT-S"), ("dynamic_degree", "RAFT"), ("imaging_quality", "MUSIQ (trained on SPAQ)"), ("overall_consistency", "ViCLIP"),
        })
        {
            Assert.Equal($"it needs {network}, which LongTake does not implement", missing["vbench." + dimension]);
            Assert.Equal(missing["vbench." + dimension], missing["vbench_long." + dimension]);
        }
        foreach (string prefix in new[] { "vbench.", "vbench_long." })
        {
            Assert.Equal(1, found.Figures[prefix + "temporal_flickering"]);
            Assert.Contains($"{prefix}motion_smoothness", missing[prefix + "quality"], StringComparison.Ordinal);
            Assert.DoesNotContain("temporal_flickering", missing[prefix + "quality"], StringComparison.Ordinal);
            Assert.DoesNotContain(prefix + "quality", found.Figures.Keys);
        }
        Assert.Contains("vbench_long.clip.score", missing.Keys);
        Assert.Contains("--repeat-period", missing["norepeat"], StringComparison.Ordinal);
        Assert.All(UnimplementedMetric.OfVBench, m => Assert.Throws<InvalidOperationException>(() => m.Start(video)));
    }

    [Fact]
    public void A_total_and_a_metric_do_not_share_a_name()
    {
        Given metric = new("vbench.", [("quality", 1)]);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new MetricSet([metric], [new VBenchQuality()]));
        Assert.Contains("vbench.quality", refused.Message, StringComparison.Ordinal);
    }

    private static VideoMeasurement Measure(string prefix, (string Dimension, double Raw)[] raw, params IVideoMetric[] others) =>
        new MetricSet([new Given(prefix, raw), .. others], [new VBenchQuality(prefix)]).Measure(s_video, new byte[6]);

    /// <summary>A metric whose figures are known beforehand.</summary>
    private sealed class Given(string prefix, (string Dimension, double Raw)[] raw) : IVideoMetric
    {
        public string Name { get; } = prefix + "given";

        public IReadOnlyList<MetricColumn> Columns { get; } = [.. raw.Select(r => new MetricColumn(prefix + r.Dimension, BetterWhen.Higher, "Given."))];

        public string? WhyNot(VideoDescription video) => null;

        public IMetricRun Start(VideoDescription video) => new Run(video, Columns.Zip(raw).ToDictionary(p => p.First.Name, p => p.Second.Raw));

        private sealed class Run(VideoDescription video, Dictionary<string, double> figures) : MetricRun(video)
        {
            protected override void Take(ReadOnlySpan<byte> frame, int index)
            {
            }

            protected override MetricResult Result() => MetricResult.Of(figures);
        }
    }
}
