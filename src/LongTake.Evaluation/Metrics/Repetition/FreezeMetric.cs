using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>Settings of <see cref="FreezeMetric"/>.</summary>
public sealed class FreezeOptions
{
    /// <summary>Mean absolute difference of neighbouring frames, in 8-bit levels, below which a window stands still: 0.15.</summary>
    public double StillBelow { get; init; } = 0.15;

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is not in (0, 255].</exception>
    public void Validate()
    {
        if (StillBelow is not (> 0 and <= 255))
        {
            throw new ArgumentOutOfRangeException(nameof(StillBelow), StillBelow, $"{nameof(StillBelow)} must be more than 0 and at most 255 levels.");
        }
    }
}

/// <summary>How much of a video stands still, whether or not it should. Source: spec/metrics.md section 7.3.</summary>
public sealed class FreezeMetric : IVideoMetric
{
    private const string Figure = "freeze.share";

    private readonly FreezeOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public FreezeMetric(FreezeOptions? options = null)
    {
        _options = options ?? new FreezeOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => Figure;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
        [new(Figure, BetterWhen.Lower, "Share of windows of 1 s in which neighbouring frames differ by less than 0.15 levels on average.")];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => video.FrameCount < 2 ? "it compares neighbouring frames, and there is only one" : null;

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video, _options);

    private sealed class Run(VideoDescription video, FreezeOptions options) : MetricRun(video)
    {
        private readonly byte[] _before = new byte[video.FrameBytes];
        private readonly int _window = Math.Max(1, (int)Math.Round(video.FramesPerSecond));
        private double _sum;
        private int _inWindow;
        private int _windows;
        private int _still;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (index > 0)
            {
                _sum += FrameDifference.Sum(_before, frame) / frame.Length;
                _inWindow++;
                if (_inWindow == _window)
                {
                    Close();
                }
            }
            frame.CopyTo(_before);
        }

        protected override MetricResult Result()
        {
            // A rest shorter than half a second says little; but a video that is no longer than that has nothing else.
            if (2 * _inWindow >= _window || _windows == 0)
            {
                Close();
            }
            return MetricResult.Of(new Dictionary<string, double> { [Figure] = (double)_still / _windows });
        }

        private void Close()
        {
            _windows++;
            _still += _sum / _inWindow < options.StillBelow ? 1 : 0;
            (_sum, _inWindow) = (0, 0);
        }
    }
}
