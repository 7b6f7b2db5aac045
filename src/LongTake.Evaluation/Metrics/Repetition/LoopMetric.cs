using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>Settings of <see cref="LoopMetric"/>.</summary>
public sealed class LoopOptions
{
    /// <summary>Most frames that are kept (6 KiB each): longer videos are looked at in equal steps, so that memory does not grow. 1024.</summary>
    public int MostFrames { get; init; } = 1024;

    /// <summary>Random pairs of frames whose mean distance is the measure, 1000.</summary>
    public int Pairs { get; init; } = 1000;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (MostFrames is < 16 or > 65536)
        {
            throw new ArgumentOutOfRangeException(nameof(MostFrames), MostFrames, $"{nameof(MostFrames)} must be between 16 and 65536.");
        }
        if (Pairs is < 1 or > 1_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(Pairs), Pairs, $"{nameof(Pairs)} must be between 1 and 1000000.");
        }
    }
}

/// <summary>
/// Whether a video repeats itself: the largest similarity of the video to itself at a lag from 1 s to half of its length, relative to that of
/// random pairs of its frames. 1 is an exact loop, 0 no more alike than by chance; a video that does not change at all has 0.
/// A motion with a period is a loop too. Source: spec/metrics.md section 7.3.
/// </summary>
public sealed class LoopMetric : ISharingMetric
{
    private const double LeastDistance = 1e-4;

    private readonly LoopOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public LoopMetric(LoopOptions? options = null)
    {
        _options = options ?? new LoopOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => "loop.score";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new(
            "loop.score",
            BetterWhen.Lower,
            "Largest similarity of the video to itself after a lag of 1 s to half of its length; 1 for an exact loop, 0 for chance."),
        new("loop.seconds", BetterWhen.Neither, "That lag in seconds; absent when nothing repeats."),
    ];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video)
    {
        int stride = Stride(video);
        return ShortestLag(video, stride) <= Kept(video, stride) / 2
            ? null
            : "a loop is looked for from 1 s to half of the video, and the video is shorter than 2 s";
    }

    /// <inheritdoc/>
    public object ShareKey => SmallFrames.Key;

    /// <inheritdoc/>
    public ISharedFrames Share(VideoDescription video) => new SmallFrames(video);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video, ISharedFrames shared) => new Run(video, (SmallFrames)shared, isAlone: false, _options.Pairs, Stride(video));

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video, new SmallFrames(video), isAlone: true, _options.Pairs, Stride(video));

    private static int Kept(VideoDescription video, int stride) => (video.FrameCount + stride - 1) / stride;

    private static int ShortestLag(VideoDescription video, int stride) => Math.Max(1, (int)Math.Ceiling(video.FramesPerSecond / stride));

    private int Stride(VideoDescription video) => (video.FrameCount + _options.MostFrames - 1) / _options.MostFrames;

    private sealed class Run(VideoDescription video, SmallFrames small, bool isAlone, int pairs, int stride) : MetricRun(video)
    {
        private readonly ReusedBuffer<short> _frames = new(Kept(video, stride) * SmallFrame.Length);

        private int Frames => _frames.Length / SmallFrame.Length;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (isAlone)
            {
                small.Add(frame);
            }
            if (index % stride == 0)
            {
                LaggedDistances.Keep(small.Newest, _frames.Span.Slice(index / stride * SmallFrame.Length, SmallFrame.Length));
            }
        }

        protected override MetricResult Result()
        {
            double chance = Chance();
            (double best, int bestLag) = (0, 0);
            if (chance > LeastDistance)
            {
                int shortest = ShortestLag(Video, stride);
                double[] sums = new double[Frames / 2 + 1];
                new LaggedDistances(_frames.Span).Add(shortest, sums);
                for (int lag = shortest; lag < sums.Length; lag++)
                {
                    double score = 1 - sums[lag] / (Frames - lag) / chance;
                    (best, bestLag) = score > best ? (score, lag) : (best, bestLag);
                }
            }
            return MetricResult.Of(
                new FigureList()
                    .Add("loop.score", best)
                    .Add("loop.seconds", bestLag > 0 ? bestLag * stride / Video.FramesPerSecond : null).Figures);
        }

        public override void Dispose()
        {
            _frames.Dispose();
            base.Dispose();
        }

        /// <summary>Mean distance of random pairs; the same ones for every video of a length.</summary>
        private double Chance()
        {
            LaggedDistances distances = new(_frames.Span);
            SplitMix64 random = new(7UL);
            double sum = 0;
            for (int i = 0; i < pairs; i++)
            {
                int a = random.NextInt(Frames), b = random.NextInt(Frames - 1);
                sum += distances.Between(a, b < a ? b : b + 1);
            }
            return sum / pairs;
        }
    }
}
