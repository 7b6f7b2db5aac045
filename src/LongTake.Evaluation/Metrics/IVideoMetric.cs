using System.Collections.ObjectModel;

namespace LongTake.Evaluation.Metrics;

/// <summary>
/// Something measured on a video. Frames are handed over one by one, so that all metrics share one reading of the video and memory does
/// not grow with its pixels.
/// </summary>
public interface IVideoMetric
{
    /// <summary>Name in the field's terms, such as <c>vbench.temporal_flickering</c>; stand-ins for a published metric have a name of their own (<c>si_*</c>).</summary>
    string Name { get; }

    /// <summary>The figures that it gives, in the order in which tables show them.</summary>
    IReadOnlyList<MetricColumn> Columns { get; }

    /// <summary>
    /// Whether its measurements touch nothing but their own state, so that they can work on another thread beside those of other metrics. False, the default,
    /// for what looks through networks: these have threads of their own, and features that metrics share frame by frame.
    /// </summary>
    bool CanRunBeside => false;

    /// <summary>Why the metric cannot be had for such a video (too short, no story, no prompt, no weights), in one clause; null when it can.</summary>
    /// <param name="video">The video.</param>
    string? WhyNot(VideoDescription video);

    /// <summary>Begins a measurement.</summary>
    /// <param name="video">The video; <see cref="WhyNot"/> is null for it.</param>
    IMetricRun Start(VideoDescription video);
}

/// <summary>One measurement under way.</summary>
public interface IMetricRun : IDisposable
{
    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">[H, W, 3] bytes; valid during the call only.</param>
    void Add(ReadOnlySpan<byte> frame);

    /// <summary>Figures and curves, after the last frame.</summary>
    /// <exception cref="InvalidOperationException">Fewer or more frames were given than the description promised.</exception>
    MetricResult Finish();
}

/// <summary>One figure of a metric.</summary>
/// <param name="Name">Its name, unique over all metrics, such as <c>drift.abs5s</c>.</param>
/// <param name="Better">Which way is good.</param>
/// <param name="Description">What it is, in one sentence with unit and range.</param>
public sealed record MetricColumn(string Name, BetterWhen Better, string Description);

/// <summary>Which way a figure is good.</summary>
public enum BetterWhen
{
    /// <summary>Large is good.</summary>
    Higher,

    /// <summary>Small is good.</summary>
    Lower,

    /// <summary>Near zero is good; the sign says which way it went.</summary>
    NearZero,

    /// <summary>Neither: it describes the video.</summary>
    Neither,
}

/// <summary>What a metric found.</summary>
/// <param name="Figures">By the names of <see cref="MetricColumn"/>; a figure that this video does not have is absent.</param>
/// <param name="Curves">Over time, by name; empty when there are none.</param>
public sealed record MetricResult(IReadOnlyDictionary<string, double> Figures, IReadOnlyDictionary<string, MetricCurve> Curves)
{
    /// <summary>By name, one value for each prompt in force (or scene of the story), in order; NaN where there is none. Empty when there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> PerScene { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<double>>.Empty;

    /// <summary>By name, the frames in which something happened, in order: the same frames in many videos are a method's signature.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Events { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<int>>.Empty;

    /// <summary>A result without curves.</summary>
    public static MetricResult Of(IReadOnlyDictionary<string, double> figures) => new(figures, new Dictionary<string, MetricCurve>());
}

/// <summary>A score over time.</summary>
/// <param name="SecondsPerPoint">Seconds between points; point i is the mean from i·SecondsPerPoint on.</param>
/// <param name="Values">The points; NaN where there is nothing to measure.</param>
public sealed record MetricCurve(double SecondsPerPoint, IReadOnlyList<double> Values);
