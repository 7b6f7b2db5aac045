namespace LongTake.Generation.Frequencies;

/// <summary>
/// Tells frequencies that a model has learned from those that it has not, by the cycles r = L theta / 2 pi that a pair completes in a clip of
/// the trained length L: gamma = clamp((r - low) / (high - low), 0, 1), 1 for a pair that may be extrapolated, 0 for one
/// that must be interpolated. Where low and high are the same it is a step at r = high.
/// Source: flex.md 3.1 and 3.3.
/// </summary>
public sealed record CycleRamp
{
    /// <summary>Makes a ramp.</summary>
    /// <param name="low">Cycles up to which a pair is interpolated in full.</param>
    /// <param name="high">Cycles from which it is extrapolated in full.</param>
    /// <exception cref="ArgumentException">They are negative, or fall.</exception>
    public CycleRamp(double low, double high)
    {
        if (!(low >= 0 && low <= high && high > 0 && double.IsFinite(high)))
        {
            throw new ArgumentException(
                $"A ramp of frequencies from {low} to {high} cycles is none; the lower threshold is at least 0 and " +
                "at most the upper one, which is above 0 (0.5 and 1 by default).");
        }
        Low = low;
        High = high;
    }

    /// <summary>For short videos: 0.5 to 1.</summary>
    public static CycleRamp Default { get; } = new(0.5, 1);

    /// <summary>A step at one whole cycle.</summary>
    public static CycleRamp Hard { get; } = new(1, 1);

    /// <summary>A softer one: 0.25 to 1.</summary>
    public static CycleRamp Wide { get; } = new(0.25, 1);

    /// <summary>YaRN's, meant for texts of thousands of tokens: 1 to 32. At lengths of videos nothing is extrapolated with it.</summary>
    public static CycleRamp LanguageModel { get; } = new(1, 32);

    /// <summary>Cycles up to which a pair is interpolated in full (r_lo).</summary>
    public double Low { get; }

    /// <summary>Cycles from which it is extrapolated in full (r_hi).</summary>
    public double High { get; }

    /// <summary>Cycles that a frequency completes in a clip.</summary>
    /// <param name="frequency">Radians a latent frame.</param>
    /// <param name="trainedFrames">Latent frames of the clip.</param>
    public static double Cycles(double frequency, int trainedFrames) => trainedFrames * frequency / (2 * Math.PI);

    /// <summary>The share of extrapolation, 0 to 1.</summary>
    /// <param name="frequency">Radians a latent frame.</param>
    /// <param name="trainedFrames">Latent frames that the model was trained on.</param>
    public double Gamma(double frequency, int trainedFrames)
    {
        double cycles = Cycles(frequency, trainedFrames);
        return Low == High ? (cycles >= High ? 1 : 0) : Math.Clamp((cycles - Low) / (High - Low), 0, 1);
    }
}
