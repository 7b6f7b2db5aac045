using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// <c>si_drift_colour</c>: how brightness, saturation and contrast change between the first and the last 5 s. The most legible drift of all; a
/// change of content counts as well (on the Shapes world <c>d_luma</c> and <c>d_chroma</c> leave it out). Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class ColourDriftStandIn : IVideoMetric
{
    private const double Seconds = 5;

    /// <inheritdoc/>
    public string Name => "si_drift_colour";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new("si_drift_colour.luma", BetterWhen.NearZero, "Mean luma of the last 5 s minus the first 5 s, in 8-bit levels (halves of shorter videos)."),
        new("si_drift_colour.chroma", BetterWhen.NearZero, "Mean chroma (largest minus smallest channel) of the last 5 s minus the first 5 s, in 8-bit levels."),
        new("si_drift_colour.contrast", BetterWhen.NearZero, "Standard deviation of luma of the last 5 s minus the first 5 s, in 8-bit levels."),
    ];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => video.FrameCount < 2 ? "it compares the ends of the video, and there is only one frame" : null;

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video);

    private sealed class Run(VideoDescription video) : MetricRun(video)
    {
        private readonly int _ends = Math.Clamp((int)Math.Round(Seconds * video.FramesPerSecond), 1, video.FrameCount / 2);
        private readonly PixelStatistics _pixels = new(video.Height * video.Width);
        private ColourStatistics _change;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            bool isStart = index < _ends, isEnd = index >= Video.FrameCount - _ends;
            if (isStart || isEnd)
            {
                _pixels.Load(frame);
                ColourStatistics colours = ColourStatistics.Of(_pixels);
                double sign = isEnd ? 1 : -1;
                _change = new ColourStatistics(
                    _change.Luma + sign * colours.Luma, _change.Chroma + sign * colours.Chroma, _change.Contrast + sign * colours.Contrast);
            }
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            ["si_drift_colour.luma"] = _change.Luma / _ends,
            ["si_drift_colour.chroma"] = _change.Chroma / _ends,
            ["si_drift_colour.contrast"] = _change.Contrast / _ends,
        });
    }
}

/// <summary>Colours of a picture as a whole, in 8-bit levels.</summary>
/// <param name="Luma">Mean luma.</param>
/// <param name="Chroma">Mean of the largest minus the smallest channel.</param>
/// <param name="Contrast">Standard deviation of luma.</param>
internal readonly record struct ColourStatistics(double Luma, double Chroma, double Contrast)
{
    public static ColourStatistics Of(PixelStatistics picture)
    {
        ReadOnlySpan<int> luma = picture.Luma;
        long squares = 0;
        foreach (int value in luma)
        {
            squares += (long)value * value;
        }
        double mean = (double)picture.LumaSum / luma.Length;
        double variance = Math.Max(0, ((double)squares / luma.Length) - (mean * mean));
        return new ColourStatistics(mean / 1000, (double)picture.SpreadSum / luma.Length, Math.Sqrt(variance) / 1000);
    }
}
