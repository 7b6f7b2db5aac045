namespace LongTake.Generation.Schedulers;

/// <summary>The noise levels that samplers step through. Source: wan-model.md 6.1 and 6.3.</summary>
public static class SigmaGrids
{
    /// <summary>Largest sigma of the UniPC grid before the shift: 0.999 as single precision holds it.</summary>
    public const double UniPCSigmaMax = 0.9990000128746033;

    /// <summary>The timestep shift: s u / (1 + (s - 1) u). 1 is the identity; larger values spend more steps at high noise.</summary>
    /// <param name="u">Noise level in [0, 1] before the shift.</param>
    /// <param name="shift">Positive.</param>
    public static double Shift(double u, double shift) => shift * u / (1 + ((shift - 1) * u));

    /// <summary>
    /// <paramref name="steps"/> shifted levels from <paramref name="start"/> towards 0, then 0 itself. Computed as
    /// start + i * ((0 - start) / steps): other orders of the same arithmetic round differently, and the truncation to
    /// whole timesteps sees it.
    /// </summary>
    /// <returns>steps + 1 values in double precision.</returns>
    public static double[] Linear(int steps, double shift, double start)
    {
        CheckSteps(steps);
        CheckShift(shift);
        double[] sigmas = new double[steps + 1];
        double stride = (0.0 - start) / steps;
        for (int i = 0; i < steps; i++)
        {
            sigmas[i] = Shift((i * stride) + start, shift);
        }
        return sigmas;
    }

    internal static void CheckSteps(int steps)
    {
        if (steps is < 1 or > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, "The number of sampling steps lies between 1 and 1000.");
        }
    }

    internal static void CheckShift(double shift)
    {
        if (!(shift > 0 && double.IsFinite(shift)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(shift), shift, "The timestep shift is a positive number (5 for the released models).");
        }
    }
}
