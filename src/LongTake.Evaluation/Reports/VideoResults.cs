using LongTake.Evaluation.Metrics;

namespace LongTake.Evaluation.Reports;

/// <summary>Measurements as results.</summary>
public static class VideoResults
{
    /// <summary>The result with what was measured, everything by name, so that a line does not depend on the order in which metrics ran.</summary>
    /// <param name="result">Which video it is.</param>
    /// <param name="measurement">What was found in it.</param>
    public static VideoResult With(this VideoResult result, VideoMeasurement measurement) => result with
    {
        Prompts = measurement.Video.Prompts,
        Frames = measurement.Video.FrameCount,
        Height = measurement.Video.Height,
        Width = measurement.Video.Width,
        FramesPerSecond = measurement.Video.FramesPerSecond,
        Figures = Sorted(measurement.Figures.Where(f => double.IsFinite(f.Value))),
        Missing = Sorted(measurement.Missing.Select(m => KeyValuePair.Create(m.Metric, m.Why))),
        Curves = Sorted(measurement.Curves.Select(c => KeyValuePair.Create(c.Key, ResultCurve.Of(c.Value)))),
        Events = Sorted(measurement.Results.Values.SelectMany(r => r.Events)),
    };

    private static Dictionary<string, T> Sorted<T>(IEnumerable<KeyValuePair<string, T>> pairs) =>
        pairs.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Value);
}
