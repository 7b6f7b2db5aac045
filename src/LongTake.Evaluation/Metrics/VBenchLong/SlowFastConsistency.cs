using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.VBenchLong;

/// <summary>
/// Consistency of a long video as VBench-Long's official script measures it: slow, inside clips (A), and fast, over the first frames of all
/// clips through another network (B), brought to the scale of A by a table and fused. A video of one clip keeps A. Source: spec metrics, 4.3.
/// </summary>
public sealed class SlowFastConsistency : IVideoMetric
{
    private readonly IVideoMetric _slow;
    private readonly IFrameEncoder _fast;
    private readonly QuantileMap _map;
    private readonly SlowFastOptions _options;

    /// <summary>Makes the metric.</summary>
    /// <param name="slow">The metric of a clip; its first figure counts.</param>
    /// <param name="fast">Encodes the first frames of clips.</param>
    /// <param name="map">Brings B to the scale of A.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public SlowFastConsistency(IVideoMetric slow, IFrameEncoder fast, QuantileMap map, SlowFastOptions? options = null)
    {
        _slow = slow;
        _fast = fast;
        _map = map;
        _options = options ?? new SlowFastOptions();
        _options.Validate();
        Name = ClipwiseMetric.NameOf(slow.Name);
        Columns =
        [
            new(
                Name,
                BetterWhen.Higher,
                $"{_options.InClipWeight} of the mean over clips and {_options.ClipToClipWeight} of the mapped clip-to-clip consistency, 0 to 1."),
            new(
                Name + ".clip_to_clip",
                BetterWhen.Higher,
                "How alike the first frames of clips are to that of the first clip and of the one before, unmapped, 0 to 1."),
        ];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <summary>Subject consistency: DINO inside clips, DINOv2 from clip to clip.</summary>
    public static SlowFastConsistency Subject(MetricWeights weights, SlowFastOptions? options = null) =>
        new(ConsistencyMetric.Subject(weights), weights.DinoV2, QuantileMap.Subject, options);

    /// <summary>
    /// Background consistency: CLIP inside clips, the DreamSim ensemble from clip to clip. Its term inside clips alone is
    /// <see cref="ClipwiseMetric.InClip"/>.
    /// </summary>
    public static SlowFastConsistency Background(MetricWeights weights, SlowFastOptions? options = null) =>
        new(ConsistencyMetric.Background(weights), weights.DreamSim, QuantileMap.Background, options);

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => _fast.WhyNot
        ?? ClipPlan.Cut(video.FrameCount, video.FramesPerSecond, _options.Clips)
            .Select(c => _slow.WhyNot(ClipPlan.Describe(video, c))).FirstOrDefault(why => why is not null);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video)
    {
        _fast.Load();
        return new Run(this, video);
    }

    private sealed class Run : MetricRun
    {
        private readonly SlowFastConsistency _metric;
        private readonly HashSet<int> _firstFrames;
        private readonly ClipRuns _clips;
        private readonly FeatureConsistency _score;
        private readonly float[] _feature;

        public Run(SlowFastConsistency metric, VideoDescription video)
            : base(video)
        {
            _metric = metric;
            IReadOnlyList<Clip> clips = ClipPlan.Cut(video.FrameCount, video.FramesPerSecond, metric._options.Clips);
            _firstFrames = [.. clips.Select(c => c.Start)];
            _clips = new ClipRuns(metric._slow, video, clips);
            _score = new FeatureConsistency(metric._fast.Dim);
            _feature = new float[metric._fast.Dim];
        }

        public override void Dispose()
        {
            _clips.Dispose();
            base.Dispose();
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            _clips.Take(frame, index);
            if (_firstFrames.Contains(index))
            {
                _metric._fast.Encode(frame, Video.Height, Video.Width, _feature);
                _score.Add(_feature);
            }
        }

        protected override MetricResult Result()
        {
            double inClip = _clips.Mean(_metric._slow.Columns[0].Name);
            bool hasPairs = _score.Count > 0;
            Dictionary<string, double> figures = new()
            {
                [_metric.Columns[0].Name] = _metric._options.Fuse(inClip, hasPairs ? _metric._map.Map(_score.Score) : null),
            };
            if (hasPairs)
            {
                figures.Add(_metric.Columns[1].Name, _score.Score);
            }
            return MetricResult.Of(figures);
        }
    }
}
