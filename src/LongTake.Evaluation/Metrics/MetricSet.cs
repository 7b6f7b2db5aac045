using LongTake.Tensors.Threading;

namespace LongTake.Evaluation.Metrics;

/// <summary>Metrics that measure a video together, in one pass over its frames.</summary>
public sealed class MetricSet
{
    /// <summary>Puts metrics together.</summary>
    /// <param name="metrics">In the order in which tables show them.</param>
    /// <param name="totals">What follows from their figures; shown behind them. Null for nothing.</param>
    /// <exception cref="ArgumentException">Two metrics, or two of their figures, have the same name.</exception>
    public MetricSet(IEnumerable<IVideoMetric> metrics, IEnumerable<IVideoTotal>? totals = null)
    {
        Metrics = [.. metrics];
        Totals = [.. totals ?? []];
        Columns = [.. Metrics.SelectMany(m => m.Columns), .. Totals.Select(t => t.Column)];
        RefuseTwice(Metrics.Select(m => m.Name), "metrics");
        RefuseTwice(Columns.Select(c => c.Name), "figures");
    }

    /// <summary>The metrics.</summary>
    public IReadOnlyList<IVideoMetric> Metrics { get; }

    /// <summary>What follows from their figures.</summary>
    public IReadOnlyList<IVideoTotal> Totals { get; }

    /// <summary>The figures of all metrics and totals.</summary>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <summary>The metrics that cannot be had for a video, and why. Totals are known when the video is measured only.</summary>
    /// <param name="video">The video.</param>
    public IReadOnlyList<MissingMetric> WhyNot(VideoDescription video) =>
        [.. Metrics.Select(m => (m.Name, Why: m.WhyNot(video))).Where(m => m.Why is not null).Select(m => new MissingMetric(m.Name, m.Why!))];

    /// <summary>Begins to measure a video with all metrics that can be had for it.</summary>
    /// <param name="video">The video.</param>
    /// <param name="workers">Threads that measure beside each other; null for the caller's alone. The figures do not depend on it.</param>
    /// <exception cref="ArgumentException">The description makes no sense.</exception>
    public MetricSetRun Start(VideoDescription video, WorkerPool? workers = null)
    {
        video.Validate();
        return new MetricSetRun(this, video, workers);
    }

    /// <summary>Measures a video that is in memory.</summary>
    /// <param name="video">The video.</param>
    /// <param name="frames">[F, H, W, 3] bytes.</param>
    /// <param name="workers">As for <see cref="Start"/>.</param>
    /// <exception cref="ArgumentException">Frames and description do not fit together.</exception>
    public VideoMeasurement Measure(VideoDescription video, ReadOnlySpan<byte> frames, WorkerPool? workers = null)
    {
        video.Validate();
        if (frames.Length != (long)video.FrameCount * video.FrameBytes)
        {
            throw new ArgumentException(
                $"{video.FrameCount} frames of {video.Width}x{video.Height} are {(long)video.FrameCount * video.FrameBytes} bytes; these are {frames.Length}.",
                nameof(frames));
        }
        using MetricSetRun run = Start(video, workers);
        for (int i = 0; i < video.FrameCount; i++)
        {
            run.Add(frames.Slice(i * video.FrameBytes, video.FrameBytes));
        }
        return run.Finish();
    }

    private static void RefuseTwice(IEnumerable<string> names, string what)
    {
        string[] twice = [.. names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key)];
        if (twice.Length > 0)
        {
            throw new ArgumentException($"Two {what} of a set have the same name: {string.Join(", ", twice)}. Leave one of them out.", "metrics");
        }
    }
}
