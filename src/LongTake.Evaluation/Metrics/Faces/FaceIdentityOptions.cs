namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>Settings of <see cref="FaceIdentityMetric"/>. Source: spec rewards-and-grpo, A5; benchmarks, sections 3.2 and 3.3.</summary>
public sealed record FaceIdentityOptions
{
    /// <summary>Faces of which the detector is less sure are not looked at. Default 0.5, the detector's own threshold.</summary>
    public double MinScore { get; init; } = 0.5;

    /// <summary>Faces of a frame that are looked at, the largest. Default 8.</summary>
    public int MostFaces { get; init; } = 8;

    /// <summary>Every how many-th frame <c>identity</c> and <c>consistency</c> look at. Default 1, every frame.</summary>
    public int FrameStride { get; init; } = 1;

    /// <summary>Frames of each side, or of each scene, that are compared. Default 8.</summary>
    public int FramesPerPart { get; init; } = 8;

    /// <summary>Seconds at the start of each scene that its samples leave out. Default 0.5.</summary>
    public double SceneGrace { get; init; } = 0.5;

    /// <summary>Frames of the sliding window whose worst mean counts for <c>consistency</c>. Default 4.</summary>
    public int Window { get; init; } = 4;

    /// <summary>Share of frames with a face below which <c>consistency</c> is 0. Default 0.3.</summary>
    public double MinFaceRate { get; init; } = 0.3;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        foreach ((int value, string name) in ((int, string)[])[
            (MostFaces, nameof(MostFaces)), (FrameStride, nameof(FrameStride)), (FramesPerPart, nameof(FramesPerPart)), (Window, nameof(Window))])
        {
            if (value < 1)
            {
                throw new ArgumentException($"{name} is {value}; it must be at least 1.");
            }
        }
        if (MinScore is not (>= 0 and <= 1) || MinFaceRate is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"{nameof(MinScore)} {MinScore} and {nameof(MinFaceRate)} {MinFaceRate} must lie between 0 and 1.");
        }
        if (SceneGrace is not (>= 0 and < double.PositiveInfinity))
        {
            throw new ArgumentException($"{nameof(SceneGrace)} is {SceneGrace} s; it must not be negative.");
        }
    }
}
