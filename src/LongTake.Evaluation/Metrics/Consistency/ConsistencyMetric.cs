using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.Consistency;

/// <summary>VBench's subject and background consistency: the same formula on features of two networks. Source: spec metrics, sections 2.1 and 2.2.</summary>
public sealed class ConsistencyMetric : IVideoMetric
{
    /// <summary>Seconds of a point of the curve.</summary>
    public const double CurveSeconds = 2;

    private readonly IFrameEncoder _encoder;

    /// <summary>Makes the metric.</summary>
    /// <param name="column">Name, direction and meaning.</param>
    /// <param name="encoder">Makes the features.</param>
    public ConsistencyMetric(MetricColumn column, IFrameEncoder encoder)
    {
        _encoder = encoder;
        Columns = [column];
    }

    /// <inheritdoc/>
    public string Name => Columns[0].Name;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <summary>Subject consistency, through DINO ViT-B/16.</summary>
    public static ConsistencyMetric Subject(MetricWeights weights) => new(
        new MetricColumn("vbench.subject_consistency", BetterWhen.Higher, "How alike frames are to the first and the one before through DINO ViT-B/16, 0 to 1."),
        weights.Dino);

    /// <summary>Background consistency, through CLIP ViT-B/32. It has no mask: "background" is what CLIP's embedding of the whole captures.</summary>
    public static ConsistencyMetric Background(MetricWeights weights) => new(
        new MetricColumn("vbench.background_consistency", BetterWhen.Higher, "How alike frames are to the first and the one before through CLIP ViT-B/32, 0 to 1."),
        weights.ClipBase32);

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => _encoder.WhyNot ?? (video.FrameCount < 2 ? "one frame alone is consistent with nothing" : null);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video)
    {
        _encoder.Load();
        return new Run(this, video);
    }

    private sealed class Run(ConsistencyMetric metric, VideoDescription video) : MetricRun(video)
    {
        private readonly float[] _feature = new float[metric._encoder.Dim];
        private readonly FeatureConsistency _score = new(metric._encoder.Dim);
        private readonly SegmentMeans _curve = new(video.FramesPerSecond, CurveSeconds);

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            metric._encoder.Encode(frame, Video.Height, Video.Width, _feature);
            double score = _score.Add(_feature);
            if (index > 0)
            {
                _curve.Add(index, score);
            }
        }

        protected override MetricResult Result() => new(
            new Dictionary<string, double> { [metric.Name] = _score.Score },
            new Dictionary<string, MetricCurve> { [metric.Name] = _curve.ToCurve() });
    }
}
