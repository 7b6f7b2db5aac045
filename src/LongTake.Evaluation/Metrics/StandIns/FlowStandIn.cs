using System.Numerics;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// <c>si_flow</c> and <c>si_dynamic</c>: how much moves in 1/8 s, by block matching, and whether that makes the video dynamic. Not VBench's
/// dynamic degree. Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class FlowStandIn : IVideoMetric
{
    // Smaller things count than in VBench: its 5 % of the area and 1.5 pixels of 64 would call every small or slow subject static.
    private const double Share = 0.02;
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
    public IMetricRun Start(VideoDescription video) => new Run(video, _options);

    private sealed class Run : MetricRun
    {
        private readonly int _stride;
        private readonly int _every;
        private readonly AreaResizer _resizer;
        private readonly BlockMatcher _matcher;
        private readonly FlowStatistics _statistics;
        private readonly Vector2[] _flow;
        private readonly float[] _values;
        private readonly double _unit;
        private byte[] _before;
        private byte[] _now;
        private double _sum;
        private int _pairs;
        private int _moving;

        public Run(VideoDescription video, BlockMatcherOptions options)
            : base(video)
        {
            _stride = DynamicDegree.Stride(video.FramesPerSecond);
            _every = options.Every(DynamicDegree.Kept(video.FrameCount, video.FramesPerSecond) - 1);
            _resizer = AreaResizer.Within(video.Height, video.Width, options.LongestSide);
            int shorter = Math.Min(_resizer.NewHeight, _resizer.NewWidth);
            int reach = options.ReachOf(shorter, _stride / video.FramesPerSecond);
            _matcher = new BlockMatcher(_resizer.NewHeight, _resizer.NewWidth, reach, options.Wraps);
            _flow = new Vector2[_resizer.NewHeight * _resizer.NewWidth];
            _statistics = new FlowStatistics(_flow.Length);
            _values = new float[_resizer.Length];
            _before = new byte[_resizer.Length];
            _now = new byte[_resizer.Length];
            _unit = shorter / 64.0;
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
            _resizer.Resize(frame, _values, _now);
            if (ends)
            {
                _matcher.Match(_before, _now, _flow);
                double score = _statistics.Largest(_flow, Share) / _unit;
                _sum += score;
                _pairs++;
                _moving += score > ThresholdAt64 ? 1 : 0;
            }
            (_before, _now) = (_now, _before);
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            ["si_flow"] = _sum / _pairs,
            ["si_dynamic"] = _moving >= (int)Math.Round((_pairs + 1) / 4.0) ? 1 : 0,
        });
    }
}
