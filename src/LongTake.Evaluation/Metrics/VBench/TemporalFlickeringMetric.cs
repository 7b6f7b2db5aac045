using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// VBench's temporal flickering: how little neighbouring frames differ. Motion lowers it too, since there is no static filter for prompts
/// of one's own: read it beside a motion score. Source: spec/metrics.md section 2.3.
/// </summary>
public sealed class TemporalFlickeringMetric : IVideoMetric
{
    private const string Figure = "vbench.temporal_flickering";

    /// <inheritdoc/>
    public string Name => Figure;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
        [new(Figure, BetterWhen.Higher, "255 minus the mean absolute difference of neighbouring frames, over 255; motion lowers it as well. 0 to 1.")];

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => video.FrameCount < 2 ? "it compares neighbouring frames, and there is only one" : null;

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(video);

    private sealed class Run(VideoDescription video) : MetricRun(video)
    {
        private readonly byte[] _before = new byte[video.FrameBytes];
        private double _sum;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            _sum += index > 0 ? FrameDifference.Sum(_before, frame) : 0;
            frame.CopyTo(_before);
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            [Figure] = 1 - _sum / (255.0 * Video.FrameBytes * (Video.FrameCount - 1)),
        });
    }
}
