namespace LongTake.Evaluation.Metrics.VBenchLong;

/// <summary>One measurement for each clip of a video, begun and finished as the frames come; at most two are open at a time.</summary>
/// <param name="metric">What is measured.</param>
/// <param name="video">The whole video.</param>
/// <param name="clips">Its clips.</param>
internal sealed class ClipRuns(IVideoMetric metric, VideoDescription video, IReadOnlyList<Clip> clips) : IDisposable
{
    private readonly List<(Clip Clip, IMetricRun Run)> _open = [];
    private readonly List<MetricResult> _results = [];
    private int _next;

    /// <summary>What was found in the clips that are over, in order.</summary>
    public IReadOnlyList<MetricResult> Results => _results;

    /// <summary>The mean over clips of a figure; NaN where no clip has it.</summary>
    public double Mean(string figure) => _results.Select(r => r.Figures.TryGetValue(figure, out double value) ? value : double.NaN)
        .Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Takes the next frame.</summary>
    public void Take(ReadOnlySpan<byte> frame, int index)
    {
        while (_next < clips.Count && clips[_next].Start == index)
        {
            Clip clip = clips[_next++];
            _open.Add((clip, metric.Start(ClipPlan.Describe(video, clip))));
        }
        for (int i = 0; i < _open.Count; i++)
        {
            (Clip clip, IMetricRun run) = _open[i];
            run.Add(frame);
            if (index == clip.End - 1)
            {
                _results.Add(run.Finish());
                run.Dispose();
                _open.RemoveAt(i--);
            }
        }
    }

    /// <summary>Ends what is open.</summary>
    public void Dispose()
    {
        foreach ((_, IMetricRun run) in _open)
        {
            run.Dispose();
        }
        _open.Clear();
    }
}
