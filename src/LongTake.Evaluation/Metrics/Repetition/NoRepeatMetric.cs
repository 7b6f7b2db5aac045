namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>Settings of <see cref="NoRepeatMetric"/>. Source of the defaults: spec/metrics.md section 7.1.</summary>
public sealed class NoRepeatOptions
{
    /// <summary>
    /// Frames after which the positional period of the model predicts a repetition (<see cref="PeriodOf"/>); null (the default) where nothing
    /// is predicted, and then the score cannot be had.
    /// </summary>
    public int? PeriodFrames { get; init; }

    /// <summary>Average distance above which a video does not repeat, 100.</summary>
    public double Threshold { get; init; } = 100;

    /// <summary>Frames of a period of a rotary frequency: 2 pi / w latents.</summary>
    /// <param name="frequency">Radians a latent frame.</param>
    /// <param name="framesALatent">Frames for each latent, 4 for Wan.</param>
    public static int PeriodOf(double frequency, int framesALatent = 4) => (int)Math.Round(2 * Math.PI / frequency * framesALatent);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (PeriodFrames is < 2 or > 4096)
        {
            throw new ArgumentOutOfRangeException(nameof(PeriodFrames), PeriodFrames, $"{nameof(PeriodFrames)} must be between 2 and 4096 frames.");
        }
        if (Threshold is not (> 0 and < 1000))
        {
            throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, $"{nameof(Threshold)} must be between 0 and 1000.");
        }
    }
}

/// <summary>
/// RIFLEx's NoRepeat score (arXiv 2502.15894, appendix D): near the predicted period, the frame that is most like the first one is found, and
/// what follows it is compared with what followed the first. The scale of the distance and the radius of the search are ours: 64x64 by area
/// averaging, Euclidean norm over 64, half a period to either side. Keeps one period of small frames, whatever the video's length.
/// Source: spec/metrics.md section 7.1.
/// </summary>
public sealed class NoRepeatMetric : IVideoMetric
{
    private const int Side = 64;
    private const int Length = Side * Side * 3;

    private readonly NoRepeatOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public NoRepeatMetric(NoRepeatOptions? options = null)
    {
        _options = options ?? new NoRepeatOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => "norepeat";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new("norepeat", BetterWhen.Higher, "1 when what follows the likeliest repetition of the first frame differs by more than the threshold, 0 when it repeats."),
        new(
            "norepeat.distance",
            BetterWhen.Higher,
            "The average distance that decides: root of the sum over channels of the mean squared difference, in 8-bit levels."),
        new("norepeat.frame", BetterWhen.Neither, "The frame near the predicted period that is most like the first one."),
    ];

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => _options.PeriodFrames is not int period
        ? "no period is predicted; set NoRepeatOptions.PeriodFrames"
        : 2L * video.FrameCount > 3L * period ? null : $"it searches frames up to {3 * period / 2}, and the video has {video.FrameCount}";

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video, _options);

    private sealed class Run(VideoDescription video, NoRepeatOptions options) : MetricRun(video)
    {
        private readonly int _period = options.PeriodFrames!.Value;
        private readonly AreaResizer _resizer = new(video.Height, video.Width, Side, Side);
        private readonly float[] _values = new float[Length];
        private readonly byte[] _small = new byte[Length];
        private readonly byte[] _start = new byte[options.PeriodFrames!.Value * Length];
        private double _least = double.MaxValue;
        private int _found = -1;
        private double _sum;
        private int _compared;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            _resizer.Resize(frame, _values, _small);
            if (index < _period)
            {
                _small.CopyTo(_start, index * Length);
            }
            if (2 * index >= _period && 2L * index <= 3L * _period)
            {
                double distance = Distance(0);
                if (distance < _least)
                {
                    // What was compared after a less likely repetition does not matter any more.
                    (_least, _found, _sum, _compared) = (distance, index, 0, 0);
                }
            }
            if (_found >= 0 && _compared < _period)
            {
                _sum += Distance(index - _found);
                _compared++;
            }
        }

        protected override MetricResult Result()
        {
            double average = _sum / _compared;
            return MetricResult.Of(new Dictionary<string, double>
            {
                ["norepeat"] = average > options.Threshold ? 1 : 0,
                ["norepeat.distance"] = average,
                ["norepeat.frame"] = _found,
            });
        }

        private double Distance(int early)
        {
            long sum = 0;
            ReadOnlySpan<byte> other = _start.AsSpan(early * Length, Length);
            for (int i = 0; i < Length; i++)
            {
                int difference = _small[i] - other[i];
                sum += difference * difference;
            }
            return Math.Sqrt(sum / (Length / 3.0));
        }
    }
}
