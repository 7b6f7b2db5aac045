using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>
/// Sink collapse: by how much a frame is suddenly nearer to the sink's frames than the preceding seconds were. After LoL (arXiv 2601.16914),
/// which does not give its normalisation; range and direction are those of its numbers, the scale is similar. A subject that comes back to
/// its first place all by itself counts too: on the Shapes world prefer <c>early_return</c>. Source: spec/metrics.md section 7.2.
/// </summary>
public sealed class SinkCollapseMetric : ISharingMetric
{
    private const string Figure = "sink.max";

    private readonly SinkCollapseOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SinkCollapseMetric(SinkCollapseOptions? options = null)
    {
        _options = options ?? new SinkCollapseOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => Figure;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new(Figure, BetterWhen.Lower, "Largest sudden drop of the distance to the sink's frames, in percent of the median of the preceding 3 s, 0 to 100."),
    ];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video)
    {
        int first = FirstFrame(video);
        return video.FrameCount > first ? null : $"it looks at frames from number {first} on, and the video has {video.FrameCount}";
    }

    /// <inheritdoc/>
    public object ShareKey => SmallFrames.Key;

    /// <inheritdoc/>
    public ISharedFrames Share(VideoDescription video) => new SmallFrames(video);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video, ISharedFrames shared) => new Run(this, video, (SmallFrames)shared, isAlone: false);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(this, video, new SmallFrames(video), isAlone: true);

    private int SinkFrames(VideoDescription video) => video.SinkFrames > 0 ? video.SinkFrames : _options.SinkFrames;

    private int BaseFrames(VideoDescription video) => Math.Max(1, (int)Math.Round(_options.BaseSeconds * video.FramesPerSecond));

    private int FirstFrame(VideoDescription video) => SinkFrames(video) + BaseFrames(video) + 1;

    private sealed class Run : MetricRun
    {
        private readonly SinkCollapseMetric _metric;
        private readonly SmallFrames _frames;
        private readonly bool _isAlone;
        private readonly float[] _small = new float[SmallFrame.Length];
        private readonly float[] _sink;
        private readonly double[] _recent;
        private readonly double[] _sorted;
        private readonly double[] _distances;
        private readonly List<int> _events = [];
        private readonly int _sinkFrames;
        private readonly int _first;
        private double _largest;
        private bool _isEvent;

        public Run(SinkCollapseMetric metric, VideoDescription video, SmallFrames frames, bool isAlone)
            : base(video)
        {
            _metric = metric;
            (_frames, _isAlone) = (frames, isAlone);
            _sinkFrames = metric.SinkFrames(video);
            _first = metric.FirstFrame(video);
            _sink = new float[_sinkFrames * SmallFrame.Length];
            _recent = new double[metric.BaseFrames(video)];
            _sorted = new double[_recent.Length];
            _distances = new double[video.FrameCount];
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (_isAlone)
            {
                _frames.Add(frame);
            }
            SmallFrame.ToUnit(_frames.Newest, _small);
            if (index < _sinkFrames)
            {
                _small.CopyTo(_sink, index * SmallFrame.Length);
                return;
            }
            double distance = double.MaxValue;
            for (int s = 0; s < _sinkFrames; s++)
            {
                distance = Math.Min(distance, SmallFrame.Distance(_small, _sink.AsSpan(s * SmallFrame.Length, SmallFrame.Length)));
            }
            if (index >= _first)
            {
                Judge(index, distance);
            }
            _distances[index] = distance;
            _recent[index % _recent.Length] = distance;
        }

        protected override MetricResult Result() => new(
            new Dictionary<string, double> { [Figure] = _largest },
            new Dictionary<string, MetricCurve>
            {
                ["sink.distance"] = new(DriftScores.SegmentSeconds, DriftScores.Segments(_distances, Video.FramesPerSecond)),
            })
        {
            Events = new Dictionary<string, IReadOnlyList<int>> { ["sink"] = _events },
        };

        private void Judge(int index, double distance)
        {
            _recent.CopyTo(_sorted, 0);
            Array.Sort(_sorted);
            double median = (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2;
            double drop = 100 * Math.Max(0, median - distance) / Math.Max(median, _metric._options.LeastBase);
            _largest = Math.Max(_largest, drop);
            bool isEvent = drop >= _metric._options.EventDrop;
            if (isEvent && !_isEvent)
            {
                _events.Add(index);
            }
            _isEvent = isEvent;
        }
    }
}
