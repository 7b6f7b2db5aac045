namespace LongTake.Evaluation.Metrics.VBenchLong;

/// <summary>How VBench-Long fuses consistency inside clips and from clip to clip. The defaults are those of the official script.</summary>
public sealed record SlowFastOptions
{
    /// <summary>How the video is cut.</summary>
    public ClipOptions Clips { get; init; } = new();

    /// <summary>Weight of consistency inside clips. Default 0.5.</summary>
    public double InClipWeight { get; init; } = 0.5;

    /// <summary>Weight of consistency from clip to clip. Default 0.5.</summary>
    public double ClipToClipWeight { get; init; } = 0.5;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        Clips.Validate();
        if (!(InClipWeight >= 0) || !(ClipToClipWeight >= 0) || Math.Abs(InClipWeight + ClipToClipWeight - 1) > 1e-9)
        {
            throw new ArgumentException(
                $"{nameof(InClipWeight)} {InClipWeight} and {nameof(ClipToClipWeight)} {ClipToClipWeight} must not be negative and add up to 1.");
        }
    }

    /// <summary>The fused score.</summary>
    /// <param name="inClip">Mean over clips of the consistency inside them, A.</param>
    /// <param name="clipToClip">Consistency from clip to clip on the other scale, B' = map(B); 0 or null where there is none.</param>
    public double Fuse(double inClip, double? clipToClip) =>
        clipToClip is double mapped and not 0 ? (InClipWeight * inClip) + (ClipToClipWeight * mapped) : inClip;
}
