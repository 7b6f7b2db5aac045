using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>
/// A metric of videos of the Shapes world, exact because the analyser reads what each frame shows. In a <see cref="MetricSet"/> all of
/// them share one reading. Source: spec/benchmarks.md sections 4.7 and 4.8.
/// </summary>
public abstract class ShapesMetric : ISharingMetric
{
    private protected ShapesMetric(string name, params MetricColumn[] columns)
    {
        Name = name;
        Columns = columns;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <inheritdoc/>
    public object ShareKey => typeof(ShapesReadings);

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => ShapesReadings.WhyNot(video) ?? WhyNotStory(video.Story!);

    /// <inheritdoc/>
    public ISharedFrames Share(VideoDescription video) => new ShapesReadings(video);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(this, video, new ShapesReadings(video), isAlone: true);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video, ISharedFrames shared) => new Run(this, video, (ShapesReadings)shared, isAlone: false);

    /// <summary>What the metric finds in a video that was read.</summary>
    internal abstract MetricResult Measure(ShapesReadings video);

    /// <summary>Why a story is not for this metric; null when it is.</summary>
    private protected virtual string? WhyNotStory(Story story) => null;

    private sealed class Run(ShapesMetric metric, VideoDescription video, ShapesReadings readings, bool isAlone) : MetricRun(video)
    {
        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            if (isAlone)
            {
                readings.Add(frame);
            }
        }

        protected override MetricResult Result() => metric.Measure(readings);
    }
}
