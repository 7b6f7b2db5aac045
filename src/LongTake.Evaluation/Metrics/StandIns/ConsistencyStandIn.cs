using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// <c>si_subject</c> and <c>si_background</c>: how alike the frames of a video are, by a hand-made description of what moves and of what stands
/// still, with the formula of VBench's consistency. Not VBench's. Like it, it is highest for a frozen video, and it knows nothing of scenes that
/// are meant to change. Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class ConsistencyStandIn : IVideoMetric
{
    private readonly ConsistencyOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ConsistencyStandIn(ConsistencyOptions? options = null)
    {
        _options = options ?? new ConsistencyOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public string Name => "si_consistency";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new(
            "si_subject",
            BetterWhen.Higher,
            "Likeness of the moving part of each frame to the frame before and to the first, 0 to 1. Not VBench's subject consistency."),
        new(
            "si_background",
            BetterWhen.Higher,
            "Likeness of the part that stands still to the frame before and to the first, 0 to 1. Not VBench's background consistency."),
    ];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => video.FrameCount < 2 ? "it compares frames, and there is only one"
        : video.Height < 16 || video.Width < 16 ? "the frames are smaller than 16x16" : null;

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video, _options);

    private sealed class Run : MetricRun
    {
        private readonly ConsistencyOptions _options;
        private readonly AreaResizer _resizer;
        private readonly float[] _values;
        private readonly byte[] _frames;
        private readonly int _stride;
        private readonly int _kept;

        public Run(VideoDescription video, ConsistencyOptions options)
            : base(video)
        {
            _options = options;
            _resizer = AreaResizer.Within(video.Height, video.Width, options.LongestSide);
            _values = new float[_resizer.Length];
            _stride = (video.FrameCount + options.MostFrames - 1) / options.MostFrames;
            _kept = (video.FrameCount + _stride - 1) / _stride;
            _frames = new byte[_kept * _resizer.Length];
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (index % _stride == 0)
            {
                _resizer.Resize(frame, _values, _frames.AsSpan(index / _stride * _resizer.Length, _resizer.Length));
            }
        }

        protected override MetricResult Result()
        {
            byte[] median = Median();
            bool[] subject = new bool[median.Length / 3], background = new bool[subject.Length];
            float[] description = new float[FrameDescriptor.Length];
            FrameDescriptor descriptor = new(_resizer.NewHeight, _resizer.NewWidth);
            FeatureConsistency subjects = new(FrameDescriptor.Length), backgrounds = new(FrameDescriptor.Length);
            for (int i = 0; i < _kept; i++)
            {
                ReadOnlySpan<byte> frame = _frames.AsSpan(i * median.Length, median.Length);
                Split(frame, median, subject, background);
                descriptor.Describe(frame, subject, centre: true, description);
                subjects.Add(description);
                descriptor.Describe(frame, background, centre: false, description);
                backgrounds.Add(description);
            }
            return MetricResult.Of(new Dictionary<string, double> { ["si_subject"] = subjects.Score, ["si_background"] = backgrounds.Score });
        }

        /// <summary>Foreground is what differs from the median over time.</summary>
        private void Split(ReadOnlySpan<byte> frame, byte[] median, bool[] subject, bool[] background)
        {
            int count = 0;
            for (int p = 0; p < subject.Length; p++)
            {
                int largest = 0;
                for (int c = 3 * p; c < 3 * p + 3; c++)
                {
                    largest = Math.Max(largest, Math.Abs(frame[c] - median[c]));
                }
                subject[p] = largest > _options.ForegroundFrom;
                background[p] = !subject[p];
                count += subject[p] ? 1 : 0;
            }
            if (count < _options.LeastForeground * subject.Length)
            {
                Array.Fill(subject, true);
            }
            if (subject.Length - count < _options.LeastForeground * subject.Length)
            {
                Array.Fill(background, true);
            }
        }

        private byte[] Median()
        {
            byte[] median = new byte[_resizer.Length];
            Span<int> counts = stackalloc int[256];
            for (int i = 0; i < median.Length; i++)
            {
                counts.Clear();
                for (int t = 0; t < _kept; t++)
                {
                    counts[_frames[t * median.Length + i]]++;
                }
                int value = 0;
                for (int seen = counts[0]; 2 * seen < _kept; seen += counts[value])
                {
                    value++;
                }
                median[i] = (byte)value;
            }
            return median;
        }
    }
}
