using System.Numerics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// <c>si_smooth</c>: how well the frames with odd numbers follow from their neighbours, predicted along the flow of block matching. Not VBench's
/// motion smoothness. Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class SmoothnessStandIn : IVideoMetric
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
    public IMetricRun Start(VideoDescription video) => new Run(video, _options);

    private sealed class Run : MetricRun
    {
        private readonly int _every;
        private readonly AreaResizer _resizer;
        private readonly BlockMatcher _matcher;
        private readonly MidpointPredictor _predictor;
        private readonly Vector2[] _forward;
        private readonly Vector2[] _backward;
        private readonly float[] _values;
        private readonly float[] _predicted;
        private readonly byte[][] _frames;
        private double _sum;
        private int _count;

        public Run(VideoDescription video, BlockMatcherOptions options)
            : base(video)
        {
            _every = options.Every((video.FrameCount - 1) / 2);
            _resizer = AreaResizer.Within(video.Height, video.Width, options.LongestSide);
            int shorter = Math.Min(_resizer.NewHeight, _resizer.NewWidth);
            int reach = options.ReachOf(shorter, 2 / video.FramesPerSecond);
            _matcher = new BlockMatcher(_resizer.NewHeight, _resizer.NewWidth, reach, options.Wraps);
            _predictor = new MidpointPredictor(_resizer.NewHeight, _resizer.NewWidth, options.Wraps);
            _forward = new Vector2[_resizer.NewHeight * _resizer.NewWidth];
            _backward = new Vector2[_forward.Length];
            _values = new float[_resizer.Length];
            _predicted = new float[_resizer.Length];
            _frames = [new byte[_resizer.Length], new byte[_resizer.Length], new byte[_resizer.Length]];
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            // Triple j is frames 2j, 2j + 1 and 2j + 2; every so many are predicted. Places: the even frame before, the odd frame, the even frame after.
            int triple = index / 2;
            bool begins = triple % _every == 0, ends = index % 2 == 0 && triple > 0 && (triple - 1) % _every == 0;
            int place = ends ? 2 : index % 2;
            if (!begins && !ends)
            {
                return;
            }
            _resizer.Resize(frame, _values, _frames[place]);
            if (place != 2)
            {
                return;
            }
            (byte[] a, byte[] odd, byte[] c) = (_frames[0], _frames[1], _frames[2]);
            _matcher.Match(a, c, _forward);
            _matcher.Match(c, a, _backward);
            _predictor.Predict(a, c, _forward, _backward, _predicted);
            double error = 0;
            for (int i = 0; i < odd.Length; i++)
            {
                error += Math.Abs(_predicted[i] - odd[i]);
            }
            _sum += error / odd.Length;
            _count++;
            (_frames[0], _frames[2]) = (c, a);
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            ["si_smooth"] = 1 - _sum / _count / 255,
            ["si_smooth.error"] = _sum / _count,
        });
    }
}
