using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Drift;

/// <summary>The mean of a score of single pictures, its curve over segments of 2 s, and its drift. Keeps one number a frame.</summary>
/// <param name="score">The score.</param>
public sealed class FrameScoreMetric(IFrameScore score) : IVideoMetric
{
    /// <inheritdoc/>
    public string Name => score.Column.Name;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } = [score.Column, .. DriftColumns.All(score.Column.Name)];

    /// <inheritdoc/>
    public bool CanRunBeside => score.CanRunBeside;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => score.WhyNot(video);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(this, video, score.Start(video));

    private sealed class Run(FrameScoreMetric metric, VideoDescription video, IFrameScorer scorer) : MetricRun(video)
    {
        private readonly double[] _scores = new double[video.FrameCount];

        public override void Dispose()
        {
            scorer.Dispose();
            base.Dispose();
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index) => _scores[index] = scorer.Score(frame);

        protected override MetricResult Result()
        {
            DriftScores drift = DriftScores.Of(_scores, Video.FramesPerSecond);
            Dictionary<string, double> figures = new(DriftColumns.Values(metric.Name, drift, metric.Columns))
            {
                [metric.Name] = DriftScores.Mean(_scores),
            };
            return new MetricResult(figures, new Dictionary<string, MetricCurve>
            {
                [metric.Name] = new(DriftScores.SegmentSeconds, DriftScores.Segments(_scores, Video.FramesPerSecond)),
            });
        }
    }
}
