namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>Settings of <see cref="SinkCollapseMetric"/>. Source of the defaults: spec/metrics.md section 7.2.</summary>
public sealed class SinkCollapseOptions
{
    /// <summary>
    /// Frames that stand for the sink where the video's description names none (<see cref="VideoDescription.SinkFrames"/>): 9, of three latents,
    /// so that methods with and without a sink can be compared.
    /// </summary>
    public int SinkFrames { get; init; } = 9;

    /// <summary>Seconds whose median distance a frame is held against, 3.</summary>
    public double BaseSeconds { get; init; } = 3;

    /// <summary>Smallest distance to hold a frame against, 0.02.</summary>
    public double LeastBase { get; init; } = 0.02;

    /// <summary>Drop from which a frame is kept as an event, 50.</summary>
    public double EventDrop { get; init; } = 50;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(SinkFrames is >= 1 and <= 1000, SinkFrames, nameof(SinkFrames), "between 1 and 1000 frames");
        Check(BaseSeconds is > 0 and <= 60, BaseSeconds, nameof(BaseSeconds), "more than 0 and at most 60 seconds");
        Check(LeastBase is > 0 and < 1, LeastBase, nameof(LeastBase), "between 0 and 1");
        Check(EventDrop is > 0 and <= 100, EventDrop, nameof(EventDrop), "more than 0 and at most 100");

        static void Check(bool isGood, object value, string name, string range)
        {
            if (!isGood)
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
            }
        }
    }
}
