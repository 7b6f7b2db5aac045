using LongTake.Generation.Cache;

namespace LongTake.Generation.Frequencies;

/// <summary>
/// FLEX's modulation of far frames alone: within W frames of the chunk in work angles are the model's own, bit for bit; the distances beyond are
/// squashed so that the farthest is the trained length L. With P the chunk's first frame, D = P - position, and D_max the largest D held:
/// <code>
/// squash(D) = D                                         for D up to W, or where D_max is no more than L
///             W + (D - W) (L - W) / (D_max - W)         beyond
/// angle     = theta (P - gamma D - (1 - gamma) squash(D))
/// </code>
/// Well-trained pairs (gamma 1) keep the true distance; untrained ones never see an angle that training did not have. Made for positions that are
/// places in the video (<see cref="Positions.AbsolutePositions"/>).
/// Source: flex.md 3.4.
/// </summary>
public sealed class FarFrequencies : IFrequencyPolicy
{
    /// <summary>Makes the policy.</summary>
    /// <param name="trainedFrames">Latent frames that the model was trained on (L).</param>
    /// <param name="localFrames">Newest frames whose geometry stays, the chunk in work included (W).</param>
    /// <param name="ramp">Which pairs are squashed.</param>
    /// <exception cref="ArgumentException">W is not at least 1 and below L.</exception>
    public FarFrequencies(int trainedFrames, int localFrames, CycleRamp ramp)
    {
        if (localFrames < 1 || localFrames >= trainedFrames)
        {
            throw new ArgumentException(
                $"{localFrames} recent latent frames cannot stay as they are where {trainedFrames} were trained; " +
                "their number is at least 1 and below that.",
                nameof(localFrames));
        }
        TrainedFrames = trainedFrames;
        LocalFrames = localFrames;
        Ramp = ramp;
    }

    /// <summary>Latent frames that the model was trained on (L).</summary>
    public int TrainedFrames { get; }

    /// <summary>Newest frames whose geometry stays, the chunk in work included (W).</summary>
    public int LocalFrames { get; }

    /// <summary>Which pairs are squashed.</summary>
    public CycleRamp Ramp { get; }

    /// <inheritdoc/>
    public void Angles(in CacheCall call, int table, double position, ReadOnlySpan<double> standard, Span<double> angles)
    {
        double start = call.Queries[0].Index;
        double distance = start - position;
        double squashed = Squash(distance, start - Oldest(call.Held));
        for (int i = 0; i < angles.Length; i++)
        {
            if (squashed == distance)
            {
                angles[i] = position * standard[i];
                continue;
            }
            double gamma = Ramp.Gamma(standard[i], TrainedFrames);
            angles[i] = standard[i] * (start - ((gamma * distance) + ((1 - gamma) * squashed)));
        }
    }

    /// <summary>The distance at which an untrained pair sees a frame.</summary>
    /// <param name="distance">Latent frames from the chunk's first frame back to it.</param>
    /// <param name="farthest">The largest distance held.</param>
    public double Squash(double distance, double farthest) => distance <= LocalFrames || farthest <= TrainedFrames
        ? distance
        : LocalFrames + ((distance - LocalFrames) * (TrainedFrames - LocalFrames) / (farthest - LocalFrames));

    private static long Oldest(ReadOnlySpan<CachedFrame> held)
    {
        long oldest = long.MaxValue;
        foreach (CachedFrame frame in held)
        {
            oldest = Math.Min(oldest, frame.Index);
        }
        return oldest;
    }
}
