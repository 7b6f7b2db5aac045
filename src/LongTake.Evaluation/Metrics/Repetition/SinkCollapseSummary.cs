namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>Sink collapse over many videos. Source: spec/metrics.md section 7.2.</summary>
/// <param name="Maximum">Largest drop in any video (<c>sink.max</c> of a data set).</param>
/// <param name="Average">Mean drop (<c>sink.avg</c>).</param>
/// <param name="Events">Frames with an event and in how many videos, most frequent first: the same frame in many videos is the signature of a collapse.</param>
public sealed record SinkCollapseSummary(double Maximum, double Average, IReadOnlyList<(int Frame, int Videos)> Events)
{
    /// <summary>Sums up results of <see cref="SinkCollapseMetric"/>.</summary>
    /// <param name="videos">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static SinkCollapseSummary Of(IReadOnlyCollection<MetricResult> videos)
    {
        if (videos.Count == 0)
        {
            throw new ArgumentException("There are no videos to sum up.", nameof(videos));
        }
        return new SinkCollapseSummary(
            videos.Max(v => v.Figures["sink.max"]),
            videos.Average(v => v.Figures["sink.max"]),
            [
                .. videos.SelectMany(v => v.Events["sink"]).GroupBy(f => f).Select(g => (g.Key, g.Count()))
                    .OrderByDescending(e => e.Item2).ThenBy(e => e.Key),
            ]);
    }
}
