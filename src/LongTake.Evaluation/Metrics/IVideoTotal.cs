namespace LongTake.Evaluation.Metrics;

/// <summary>A figure that follows from the figures of other metrics of the same video.</summary>
public interface IVideoTotal
{
    /// <summary>Name, direction and meaning.</summary>
    MetricColumn Column { get; }

    /// <summary>Why it cannot be had (figures that are missing), in one clause; null when it can.</summary>
    /// <param name="figures">All figures of a video, by name.</param>
    string? WhyNot(IReadOnlyDictionary<string, double> figures);

    /// <summary>Its value.</summary>
    /// <param name="figures">All figures of a video, by name; <see cref="WhyNot"/> is null for them.</param>
    double Of(IReadOnlyDictionary<string, double> figures);
}
