namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// <c>si_smooth</c>: how well the frames with odd numbers follow from their neighbours, predicted along the flow of block matching. Not VBench's
/// motion smoothness. Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class SmoothnessStandIn : ISharingMetric
{
    private readonly BlockMatcherOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SmoothnessStandIn(BlockMatcherOptions? options = null)
    {
        _options = options ?? new BlockMatcherOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => "si_smooth";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new("si_smooth", BetterWhen.Higher, "1 minus si_smooth.error over 255. Not VBench's motion smoothness."),
        new("si_smooth.error", BetterWhen.Lower, "Mean absolute error of odd frames predicted from their neighbours, in 8-bit levels."),
    ];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => video.FrameCount < 3 ? "it predicts frames from their neighbours, and there are less than three" : null;

    /// <inheritdoc/>
    public object ShareKey => PairFlows.KeyOf(_options);

    /// <inheritdoc/>
    public ISharedFrames Share(VideoDescription video) => new PairFlows(video, _options);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video, ISharedFrames shared) => new Run(video, _options, (PairFlows)shared);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => Start(video, Share(video));

    private sealed class Run : MetricRun
    {
        private readonly PairFlows _flows;
        private readonly MidpointPredictor _predictor;
        private readonly float[] _predicted;
        private readonly int _every;
        private double _sum;
        private int _count;

        public Run(VideoDescription video, BlockMatcherOptions options, PairFlows flows)
            : base(video)
        {
            _flows = flows;
            _predictor = new MidpointPredictor(flows.Height, flows.Width, options.Wraps);
            _predicted = new float[flows.Height * flows.Width * 3];
            _every = options.Every((video.FrameCount - 1) / 2);
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            // Triple j is frames 2j, 2j + 1 and 2j + 2; every so many are predicted.
            int triple = index / 2;
            bool begins = triple % _every == 0, ends = index % 2 == 0 && triple > 0 && (triple - 1) % _every == 0;
            if (begins || ends)
            {
                _flows.Keep(frame, index);
            }
            if (!ends)
            {
                return;
            }
            byte[] a = _flows.Frame(index - 2), odd = _flows.Frame(index - 1), c = _flows.Frame(index);
            double seconds = 2 / Video.FramesPerSecond;
            _predictor.Predict(a, c, _flows.Flow(index - 2, index, seconds), _flows.Flow(index, index - 2, seconds), _predicted);
            double error = 0;
            for (int i = 0; i < odd.Length; i++)
            {
                error += Math.Abs(_predicted[i] - odd[i]);
            }
            _sum += error / odd.Length;
            _count++;
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            ["si_smooth"] = 1 - _sum / _count / 255,
            ["si_smooth.error"] = _sum / _count,
        });
    }
}
