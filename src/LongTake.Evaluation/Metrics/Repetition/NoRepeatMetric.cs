namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>Settings of <see cref="NoRepeatMetric"/>. Source of the defaults: spec/metrics.md section 7.1.</summary>
public sealed class NoRepeatOptions
{
    /// <summary>Shortest period, in frames.</summary>
    public const int ShortestPeriod = 2;

    /// <summary>Longest period, in frames: as many small frames are kept.</summary>
    public const int LongestPeriod = 4096;

    /// <summary>
    /// Frames after which the positional period of the model predicts a repetition (<see cref="PeriodOf"/>), 2 to 4096; null (the default) where nothing
    /// is predicted, and then the score cannot be had. Which of a model's periods counts is seen when it is run beyond its training length, so that
    /// nothing can be derived from its frequencies alone (spec/rope-extension-bidirectional.md, 3).
    /// </summary>
    public int? PeriodFrames { get; init; }

    /// <summary>The same in seconds, for videos of different frame rates; null (the default) for <see cref="PeriodFrames"/>.</summary>
    public double? PeriodSeconds { get; init; }

    /// <summary>Average distance above which a video does not repeat, 100.</summary>
    public double Threshold { get; init; } = 100;

    /// <summary>Frames of a period of a rotary frequency: 2 pi / w latents.</summary>
    /// <param name="frequency">Radians a latent frame.</param>
    /// <param name="framesALatent">Frames for each latent, 4 for Wan.</param>
    public static int PeriodOf(double frequency, int framesALatent = 4) => (int)Math.Round(2 * Math.PI / frequency * framesALatent);

    /// <summary>The period in frames of a video; null when none is set.</summary>
    /// <param name="framesPerSecond">The video's frame rate.</param>
    public int? PeriodAt(double framesPerSecond) =>
        PeriodFrames ?? (PeriodSeconds is double seconds ? (int)Math.Min(int.MaxValue, Math.Round(seconds * framesPerSecond)) : null);

    /// <summary>The setting by which results record the period that a video was held against; empty when none is set.</summary>
    /// <param name="framesPerSecond">The video's frame rate.</param>
    public Dictionary<string, string> SettingsAt(double framesPerSecond) =>
        PeriodAt(framesPerSecond) is int frames ? new() { ["repeat-period"] = FormattableString.Invariant($"{frames} frames") } : [];

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    /// <exception cref="ArgumentException">The period is set twice.</exception>
    public void Validate()
    {
        if (PeriodFrames is < ShortestPeriod or > LongestPeriod)
        {
            throw new ArgumentOutOfRangeException(
                nameof(PeriodFrames), PeriodFrames, $"{nameof(PeriodFrames)} must be between {ShortestPeriod} and {LongestPeriod} frames.");
        }
        if (PeriodSeconds is not (null or (> 0 and < double.PositiveInfinity)))
        {
            throw new ArgumentOutOfRangeException(nameof(PeriodSeconds), PeriodSeconds, $"{nameof(PeriodSeconds)} must be positive.");
        }
        if (PeriodFrames is not null && PeriodSeconds is not null)
        {
            throw new ArgumentException($"{nameof(PeriodFrames)} and {nameof(PeriodSeconds)} both set the period; set one of them.");
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
    /// <exception cref="ArgumentException">A setting is out of its range, or two conflict.</exception>
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
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => _options.PeriodAt(video.FramesPerSecond) switch
    {
        null => "no period is known after which the model might repeat itself; give it with --repeat-period",
        int period and (< NoRepeatOptions.ShortestPeriod or > NoRepeatOptions.LongestPeriod) => FormattableString.Invariant(
            $"a period of {_options.PeriodSeconds:0.###} s is {period} frames of this video; ")
            + $"give one of {NoRepeatOptions.ShortestPeriod} to {NoRepeatOptions.LongestPeriod} with --repeat-period",
        int period when 2L * video.FrameCount <= 3L * period =>
            $"with a period of {period} frames it searches frames up to {3 * period / 2}, and the video has {video.FrameCount}",
        _ => null,
    };

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video, _options.PeriodAt(video.FramesPerSecond)!.Value, _options.Threshold);

    private sealed class Run(VideoDescription video, int period, double threshold) : MetricRun(video)
    {
        private readonly AreaResizer _resizer = new(video.Height, video.Width, Side, Side);
        private readonly float[] _values = new float[Length];
        private readonly byte[] _small = new byte[Length];
        private readonly byte[] _start = new byte[period * Length];
        private double _least = double.MaxValue;
        private int _found = -1;
        private double _sum;
        private int _compared;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            _resizer.Resize(frame, _values, _small);
            if (index < period)
            {
                _small.CopyTo(_start, index * Length);
            }
            if (2 * index >= period && 2L * index <= 3L * period)
            {
                double distance = Distance(0);
                if (distance < _least)
                {
                    // What was compared after a less likely repetition does not matter any more.
                    (_least, _found, _sum, _compared) = (distance, index, 0, 0);
                }
            }
            if (_found >= 0 && _compared < period)
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
                ["norepeat"] = average > threshold ? 1 : 0,
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
