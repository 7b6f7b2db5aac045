namespace LongTake.Evaluation.Metrics;

/// <summary>One video under measurement by many metrics.</summary>
public sealed class MetricSetRun : IDisposable
{
    private readonly VideoDescription _video;
    private readonly IReadOnlyList<IVideoTotal> _totals;
    private readonly IReadOnlyList<MissingMetric> _missing;
    private readonly List<ISharedFrames> _shared = [];
    private readonly List<(string Name, IMetricRun Run)> _runs = [];

    internal MetricSetRun(MetricSet set, VideoDescription video)
    {
        _video = video;
        _totals = set.Totals;
        _missing = set.WhyNot(video);
        HashSet<string> missing = [.. _missing.Select(m => m.Metric)];
        Dictionary<object, ISharedFrames> shared = [];
        try
        {
            foreach (IVideoMetric metric in set.Metrics.Where(m => !missing.Contains(m.Name)))
            {
                _runs.Add((metric.Name, metric is ISharingMetric sharing ? sharing.Start(video, SharedBy(sharing)) : metric.Start(video)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        ISharedFrames SharedBy(ISharingMetric metric)
        {
            if (!shared.TryGetValue(metric.ShareKey, out ISharedFrames? frames))
            {
                shared[metric.ShareKey] = frames = metric.Share(video);
                _shared.Add(frames);
            }
            return frames;
        }
    }

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">[H, W, 3] bytes; valid during the call only.</param>
    /// <exception cref="ArgumentException">The frame has another size.</exception>
    /// <exception cref="InvalidOperationException">There are more frames than the description promised.</exception>
    public void Add(ReadOnlySpan<byte> frame)
    {
        foreach (ISharedFrames shared in _shared)
        {
            shared.Add(frame);
        }
        foreach ((_, IMetricRun run) in _runs)
        {
            run.Add(frame);
        }
    }

    /// <summary>What all metrics found, after the last frame, and what follows from it.</summary>
    /// <exception cref="InvalidOperationException">Fewer frames were given than the description promised.</exception>
    public VideoMeasurement Finish()
    {
        Dictionary<string, MetricResult> results = _runs.ToDictionary(r => r.Name, r => r.Run.Finish());
        VideoMeasurement measured = new(_video, results, _missing);
        if (_totals.Count == 0)
        {
            return measured;
        }
        List<MissingMetric> missing = [.. _missing];
        foreach (IVideoTotal total in _totals)
        {
            string name = total.Column.Name;
            if (total.WhyNot(measured.Figures) is string why)
            {
                missing.Add(new MissingMetric(name, why));
            }
            else
            {
                results.Add(name, MetricResult.Of(new Dictionary<string, double> { [name] = total.Of(measured.Figures) }));
            }
        }
        return new VideoMeasurement(_video, results, missing);
    }

    /// <summary>Frees all measurements.</summary>
    public void Dispose()
    {
        foreach ((_, IMetricRun run) in _runs)
        {
            run.Dispose();
        }
        foreach (ISharedFrames shared in _shared)
        {
            shared.Dispose();
        }
    }
}
