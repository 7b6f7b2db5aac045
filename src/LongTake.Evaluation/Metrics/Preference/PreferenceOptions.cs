namespace LongTake.Evaluation.Metrics.Preference;

/// <summary>Settings of <see cref="PreferenceMetric"/>. Source: spec rewards-and-grpo, A2.</summary>
public sealed record PreferenceOptions
{
    /// <summary>Every how many-th frame is scored, from the first on. Default 4, as in InfLVG; KVPO scores every frame (1).</summary>
    public int FrameStride { get; init; } = 4;

    /// <summary>Share of the scored frames, the best ones, whose mean is <c>hpsv2.best</c>; at least one frame. Default 0.3, as in KVPO.</summary>
    public double BestShare { get; init; } = 0.3;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        if (FrameStride < 1)
        {
            throw new ArgumentException($"{nameof(FrameStride)} is {FrameStride}; it must be at least 1, which scores every frame.");
        }
        if (BestShare is not (> 0 and <= 1))
        {
            throw new ArgumentException($"{nameof(BestShare)} is {BestShare}; it must lie above 0 and be at most 1.");
        }
    }
}
