namespace LongTake.Evaluation.Metrics.TextAlignment;

/// <summary>Settings of <see cref="TextAlignmentMetric"/>. What LongLive and MemFlow used is not published; the defaults are ours.</summary>
public sealed record TextAlignmentOptions
{
    /// <summary>Frames of each prompt's time that are compared with it, spread evenly. Default 8.</summary>
    public int FramesPerPrompt { get; init; } = 8;

    /// <summary>Seconds over which the running mean of a change of prompts goes. Default 0.5.</summary>
    public double LatencyWindow { get; init; } = 0.5;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        if (FramesPerPrompt < 1)
        {
            throw new ArgumentException($"{nameof(FramesPerPrompt)} is {FramesPerPrompt}; at least one frame is compared.");
        }
        if (LatencyWindow is not (> 0 and < double.PositiveInfinity))
        {
            throw new ArgumentException($"{nameof(LatencyWindow)} is {LatencyWindow} s; it must be positive.");
        }
    }
}
