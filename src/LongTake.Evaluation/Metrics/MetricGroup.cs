namespace LongTake.Evaluation.Metrics;

/// <summary>Measurements of one video that share something, or a single one that shares nothing.</summary>
/// <param name="shared">What they share; theirs to free. Null for nothing.</param>
internal sealed class MetricGroup(ISharedFrames? shared) : IDisposable
{
    private readonly List<(string Name, IMetricRun Run)> _runs = [];
    private readonly Dictionary<string, MetricResult> _results = [];

    /// <summary>What they share.</summary>
    public ISharedFrames? Shared => shared;

    /// <summary>What each found, by its metric's name; filled by <see cref="Finish"/>.</summary>
    public IReadOnlyDictionary<string, MetricResult> Results => _results;

    /// <summary>Adds a measurement.</summary>
    public void Add(string name, IMetricRun run) => _runs.Add((name, run));

    /// <summary>Takes the next frame.</summary>
    public void Add(ReadOnlySpan<byte> frame)
    {
        shared?.Add(frame);
        foreach ((_, IMetricRun run) in _runs)
        {
            run.Add(frame);
        }
    }

    /// <summary>Ends the measurements.</summary>
    public void Finish()
    {
        foreach ((string name, IMetricRun run) in _runs)
        {
            _results.Add(name, run.Finish());
        }
    }

    /// <summary>Frees them.</summary>
    public void Dispose()
    {
        foreach ((_, IMetricRun run) in _runs)
        {
            run.Dispose();
        }
        shared?.Dispose();
    }
}
