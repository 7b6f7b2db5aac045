namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Settings of <see cref="AtomsMetric"/>. Source of the defaults: spec/benchmarks.md section 4.8.</summary>
public sealed class AtomsOptions
{
    /// <summary>What varies; null (the default) to find it in the story, which is possible from two scenes on.</summary>
    public VaryingPart? Part { get; init; }

    /// <summary>Length of a window for everything but motion, in seconds, 0.25.</summary>
    public double WindowSeconds { get; init; } = 0.25;

    /// <summary>Length of a window for motion, in seconds, 1.</summary>
    public double MotionSeconds { get; init; } = 1;

    /// <summary>Longest time between an atom and the next one, in seconds, 1.</summary>
    public double GapSeconds { get; init; } = 1;

    /// <summary>Coverage from which an atom counts as shown, 0.3.</summary>
    public double ShownFrom { get; init; } = 0.3;

    /// <summary>Shortest scene in which motion is judged, in seconds, 1.5.</summary>
    public double ShortestMotionScene { get; init; } = 1.5;

    /// <summary>Checks that lengths are positive and the threshold is in (0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not; the message names it.</exception>
    public void Validate()
    {
        Check(WindowSeconds, nameof(WindowSeconds));
        Check(MotionSeconds, nameof(MotionSeconds));
        Check(GapSeconds, nameof(GapSeconds));
        Check(ShortestMotionScene, nameof(ShortestMotionScene));
        if (ShownFrom is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ShownFrom), ShownFrom, $"{nameof(ShownFrom)} must be between 0 and 1.");
        }

        static void Check(double seconds, string name)
        {
            if (seconds is not (> 0 and <= 60))
            {
                throw new ArgumentOutOfRangeException(name, seconds, $"{name} must be more than 0 and at most 60 seconds.");
            }
        }
    }
}
