using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// <c>si_flow</c> and <c>si_dynamic</c>: how much moves in 1/8 s, by block matching, and whether that makes the video dynamic. Not VBench's
/// dynamic degree. Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class FlowStandIn : ISharingMetric
{
    // Smaller things count than in VBench: its 5 % of the area and 1.5 pixels of 64 would call every small or slow subject static.
    private const double LargestShare = 0.02;
    private const double ThresholdAt64 = 0.8;

    private readonly BlockMatcherOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public FlowStandIn(BlockMatcherOptions? options = null)
    {
        _options = options ?? new BlockMatcherOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => "si_flow";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new(
            "si_flow",
            BetterWhen.Neither,
            "Mean over pairs of frames 1/8 s apart of the largest 2 % of displacements, in pixels of a picture whose shorter side is 64."),
        new("si_dynamic", BetterWhen.Higher, "1 when a quarter of those pairs move by more than 0.8 such pixels, 0 otherwise. Not VBench's dynamic degree."),
    ];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) =>
        DynamicDegree.Kept(video.FrameCount, video.FramesPerSecond) < 2 ? "it compares frames 1/8 s apart, and the video is shorter" : null;

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
        private readonly FlowStatistics _statistics;
        private readonly int _stride;
        private readonly int _every;
        private readonly double _unit;
        private double _sum;
        private int _pairs;
        private int _moving;

        public Run(VideoDescription video, BlockMatcherOptions options, PairFlows flows)
            : base(video)
        {
            _flows = flows;
            _statistics = new FlowStatistics(flows.Height * flows.Width);
            _stride = DynamicDegree.Stride(video.FramesPerSecond);
            _every = options.Every(DynamicDegree.Kept(video.FrameCount, video.FramesPerSecond) - 1);
            _unit = Math.Min(flows.Height, flows.Width) / 64.0;
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            // Pair j is kept frames j and j + 1; every so many pairs are matched.
            int kept = index / _stride;
            bool begins = kept % _every == 0, ends = kept > 0 && (kept - 1) % _every == 0;
            if (index % _stride != 0 || !(begins || ends))
            {
                return;
            }
            _flows.Keep(frame, index);
            if (ends)
            {
                double score = _statistics.Largest(_flows.Flow(index - _stride, index, _stride / Video.FramesPerSecond), LargestShare) / _unit;
                _sum += score;
                _pairs++;
                _moving += score > ThresholdAt64 ? 1 : 0;
            }
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            ["si_flow"] = _sum / _pairs,
            ["si_dynamic"] = _moving >= (int)Math.Round((_pairs + 1) / 4.0) ? 1 : 0,
        });
    }
}
