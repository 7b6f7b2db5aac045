namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// VBench's dynamic degree of one video, 0 or 1; the mean over videos is the share that VBench prints. It waits for RAFT, which LongTake does not implement: until
/// there is an <see cref="IFlowScore"/> through it, the metric is listed without flow and says so. Other flow does not fit its thresholds; the stand-in with
/// thresholds and a name of its own is <see cref="StandIns.FlowStandIn"/> (<c>si_dynamic</c>).
/// </summary>
/// <param name="flow">Where the flow comes from; null when there is no network, and then the metric cannot be had.</param>
public sealed class DynamicDegreeMetric(IFlowScore? flow) : IVideoMetric
{
    private const string Figure = "vbench.dynamic_degree";

    /// <inheritdoc/>
    public string Name => Figure;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
        [new(Figure, BetterWhen.Higher, "1 when enough pairs of frames 1/8 s apart move, 0 otherwise; never to be printed without a consistency score.")];

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => flow is null ? UnimplementedMetric.Needs("RAFT") : null;

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) =>
        new Run(video, flow ?? throw new InvalidOperationException("There is no flow; ask WhyNot first."));

    private sealed class Run(VideoDescription video, IFlowScore flow) : MetricRun(video)
    {
        private readonly int _stride = DynamicDegree.Stride(video.FramesPerSecond);
        private readonly double[] _scores = new double[DynamicDegree.Kept(video.FrameCount, video.FramesPerSecond) - 1];
        private readonly byte[] _before = new byte[video.FrameBytes];

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (index % _stride != 0)
            {
                return;
            }
            if (index > 0)
            {
                _scores[index / _stride - 1] = flow.Score(_before, frame, Video.Height, Video.Width, DynamicDegree.FlowShare);
            }
            frame.CopyTo(_before);
        }

        protected override MetricResult Result() => MetricResult.Of(new Dictionary<string, double>
        {
            [Figure] = DynamicDegree.IsDynamic(_scores, Video.Height, Video.Width) ? 1 : 0,
        });
    }
}
