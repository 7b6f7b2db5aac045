namespace LongTake.Evaluation.Metrics.VBenchLong;

/// <summary>How VBench-Long cuts a video. Source: spec metrics, section 4.1.</summary>
public sealed record ClipOptions
{
    /// <summary>
    /// Whole seconds of a clip. Default 2, as for every dimension except human action, temporal style and overall consistency, which take 10.
    /// </summary>
    public int Seconds { get; init; } = 2;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        if (Seconds < 1)
        {
            throw new ArgumentException($"{nameof(Seconds)} is {Seconds}; a clip has at least one second.");
        }
    }
}
