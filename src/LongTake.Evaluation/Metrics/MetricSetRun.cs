using System.Runtime.ExceptionServices;
using LongTake.Tensors.Threading;

namespace LongTake.Evaluation.Metrics;

/// <summary>
/// One video under measurement by many metrics. With a pool of threads, those that can (<see cref="IVideoMetric.CanRunBeside"/>) work beside each
/// other; the rest takes frame by frame on the caller's thread.
/// </summary>
public sealed class MetricSetRun : IDisposable
{
    // Frames are handed on several at once, so that threads do not wait for each other at every frame.
    private const int MostFrames = 32;
    private const int MostBuffered = 4 << 20;

    private readonly VideoDescription _video;
    private readonly IReadOnlyList<IVideoTotal> _totals;
    private readonly IReadOnlyList<MissingMetric> _missing;
    private readonly List<MetricGroup> _here = [];
    private readonly List<MetricGroup> _beside = [];
    private readonly List<(string Name, MetricGroup Group)> _order = [];
    private readonly WorkerPool? _workers;
    private readonly ReusedBuffer<byte>? _buffer;
    private readonly int _room;
    private int _buffered;
    private int _count;

    internal MetricSetRun(MetricSet set, VideoDescription video, WorkerPool? workers)
    {
        _video = video;
        _totals = set.Totals;
        _missing = set.WhyNot(video);
        _workers = workers;
        HashSet<string> missing = [.. _missing.Select(m => m.Metric)];
        Dictionary<object, MetricGroup> shared = [];
        try
        {
            foreach (IVideoMetric metric in set.Metrics.Where(m => !missing.Contains(m.Name)))
            {
                List<MetricGroup> groups = workers is not null && metric.CanRunBeside ? _beside : _here;
                MetricGroup group;
                if (metric is not ISharingMetric sharing)
                {
                    groups.Add(group = new MetricGroup(null));
                    group.Add(metric.Name, metric.Start(video));
                }
                else
                {
                    if (!shared.TryGetValue(sharing.ShareKey, out group!))
                    {
                        shared[sharing.ShareKey] = group = new MetricGroup(sharing.Share(video));
                        groups.Add(group);
                    }
                    group.Add(metric.Name, sharing.Start(video, group.Shared!));
                }
                _order.Add((metric.Name, group));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        _room = _beside.Count == 0 ? 0 : Math.Clamp(MostBuffered / video.FrameBytes, 1, MostFrames);
        _buffer = new ReusedBuffer<byte>(_room * video.FrameBytes);
    }

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">[H, W, 3] bytes; valid during the call only.</param>
    /// <exception cref="ArgumentException">The frame has another size.</exception>
    /// <exception cref="InvalidOperationException">There are more frames than the description promised.</exception>
    public void Add(ReadOnlySpan<byte> frame)
    {
        MetricRun.Check(_video, frame, _count);
        _count++;
        foreach (MetricGroup group in _here)
        {
            group.Add(frame);
        }
        if (_room == 0)
        {
            return;
        }
        frame.CopyTo(_buffer!.Span[(_buffered * _video.FrameBytes)..]);
        _buffered++;
        if (_buffered == _room)
        {
            Flush();
        }
    }

    /// <summary>What all metrics found, after the last frame, and what follows from it.</summary>
    /// <exception cref="InvalidOperationException">Fewer frames were given than the description promised.</exception>
    public VideoMeasurement Finish()
    {
        Flush();
        RunBeside(new Job(_beside, null, 0, 0));
        _here.ForEach(g => g.Finish());
        Dictionary<string, MetricResult> results = _order.ToDictionary(o => o.Name, o => o.Group.Results[o.Name]);
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
        _here.ForEach(g => g.Dispose());
        _beside.ForEach(g => g.Dispose());
        _buffer?.Dispose();
    }

    private void Flush()
    {
        if (_buffered > 0)
        {
            RunBeside(new Job(_beside, _buffer, _buffered, _video.FrameBytes));
            _buffered = 0;
        }
    }

    private void RunBeside(Job job)
    {
        try
        {
            _workers?.Run(ref job, _beside.Count);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Capture(e.InnerExceptions[0]).Throw();
        }
    }

    /// <summary>Gives a group the frames in hand, or, without frames, ends it. Groups share nothing, and each sees all frames in their order.</summary>
    private record struct Job(List<MetricGroup> Groups, ReusedBuffer<byte>? Frames, int Count, int FrameBytes) : IParallelJob
    {
        public readonly void Run(int index)
        {
            if (Frames is null)
            {
                Groups[index].Finish();
                return;
            }
            for (int i = 0; i < Count; i++)
            {
                Groups[index].Add(Frames.Span.Slice(i * FrameBytes, FrameBytes));
            }
        }
    }
}
