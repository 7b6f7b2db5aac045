using System.Numerics;
using LongTake.Evaluation.Analysis;
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
        private readonly byte[] _frame;
        private readonly ReusedBuffer<byte> _frames;
        private readonly int _stride;
        private readonly int _kept;

        public Run(VideoDescription video, ConsistencyOptions options)
            : base(video)
        {
            _options = options;
            _resizer = AreaResizer.Within(video.Height, video.Width, options.LongestSide);
            _values = new float[_resizer.Length];
            _frame = new byte[_resizer.Length];
            _stride = (video.FrameCount + options.MostFrames - 1) / options.MostFrames;
            _kept = (video.FrameCount + _stride - 1) / _stride;
            _frames = new ReusedBuffer<byte>(_kept * _resizer.Length);
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (index % _stride == 0)
            {
                _resizer.Resize(frame, _values, _frame);
                ToPlanes(_frame, _frames.Span.Slice(index / _stride * _frame.Length, _frame.Length));
            }
        }

        protected override MetricResult Result()
        {
            byte[] median = TemporalMedian.Of(_frames.Span, _kept);
            byte[] subject = new byte[median.Length / 3], background = new byte[subject.Length];
            float[] description = new float[FrameDescriptor.Length];
            FrameDescriptor descriptor = new(_resizer.NewHeight, _resizer.NewWidth);
            FeatureConsistency subjects = new(FrameDescriptor.Length), backgrounds = new(FrameDescriptor.Length);
            for (int i = 0; i < _kept; i++)
            {
                ReadOnlySpan<byte> frame = _frames.Span.Slice(i * median.Length, median.Length);
                Split(frame, median, subject, background);
                descriptor.Load(frame);
                descriptor.Describe(subject, centre: true, description);
                subjects.Add(description);
                descriptor.Describe(background, centre: false, description);
                backgrounds.Add(description);
            }
            return MetricResult.Of(new Dictionary<string, double> { ["si_subject"] = subjects.Score, ["si_background"] = backgrounds.Score });
        }

        public override void Dispose()
        {
            _frames.Dispose();
            base.Dispose();
        }

        /// <summary>[H, W, 3] to [3, H, W].</summary>
        private static void ToPlanes(ReadOnlySpan<byte> rgb, Span<byte> planes)
        {
            int pixels = rgb.Length / 3;
            RgbPlanes.Split(rgb, planes[..pixels], planes.Slice(pixels, pixels), planes.Slice(2 * pixels, pixels));
        }

        /// <summary>Foreground is what differs from the median over time.</summary>
        private void Split(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> median, Span<byte> subject, Span<byte> background)
        {
            int pixels = subject.Length, count = 0, i = 0;
            Vector<byte> from = new((byte)_options.ForegroundFrom), one = Vector<byte>.One;
            for (; i <= pixels - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector<byte> largest = Vector.Max(
                    Vector.Max(Difference(frame, median, i), Difference(frame, median, pixels + i)), Difference(frame, median, (2 * pixels) + i));
                Vector<byte> differs = Vector.GreaterThan(largest, from) & one;
                differs.CopyTo(subject[i..]);
                (one - differs).CopyTo(background[i..]);
                count += Vector.Dot(differs, one);
            }
            for (; i < pixels; i++)
            {
                int red = Math.Abs(frame[i] - median[i]), green = Math.Abs(frame[pixels + i] - median[pixels + i]);
                int largest = Math.Max(Math.Max(red, green), Math.Abs(frame[(2 * pixels) + i] - median[(2 * pixels) + i]));
                byte differs = (byte)(largest > _options.ForegroundFrom ? 1 : 0);
                (subject[i], background[i]) = (differs, (byte)(1 - differs));
                count += differs;
            }
            if (count < _options.LeastForeground * pixels)
            {
                subject.Fill(1);
            }
            if (pixels - count < _options.LeastForeground * pixels)
            {
                background.Fill(1);
            }
        }

        private static Vector<byte> Difference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int at)
        {
            Vector<byte> x = new(a[at..]), y = new(b[at..]);
            return Vector.Max(x, y) - Vector.Min(x, y);
        }
    }
}
