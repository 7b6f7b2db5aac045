using System.Numerics;

namespace LongTake.Generation.Frequencies;

/// <summary>
/// How far the phases of all temporal pairs agree at a distance: C(D) = |mean over i of exp(j theta_i D)|, 1 at distance 0 and small where phases
/// spread out. Where C has a peak, a sink at that distance looks near to all pairs together; videos that collapse back to their sink do so there.
/// Source: flex.md 3.7 (after LoL, arXiv 2601.16914).
/// </summary>
public static class PhaseConcentration
{
    /// <summary>C(D) at one distance.</summary>
    /// <param name="frequencies">Temporal frequencies, in radians a latent frame.</param>
    /// <param name="distance">Latent frames.</param>
    /// <exception cref="ArgumentException">There are no frequencies.</exception>
    public static double At(ReadOnlySpan<double> frequencies, double distance)
    {
        if (frequencies.IsEmpty)
        {
            throw new ArgumentException("Without frequencies there are no phases to compare.", nameof(frequencies));
        }
        Complex sum = Complex.Zero;
        foreach (double frequency in frequencies)
        {
            (double sine, double cosine) = Math.SinCos(frequency * distance);
            sum += new Complex(cosine, sine);
        }
        return sum.Magnitude / frequencies.Length;
    }

    /// <summary>|mean over i of exp(j phase_i)|, for phases that are no multiples of a distance.</summary>
    /// <param name="phases">Differences of angles, in radians, one a pair.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static double Of(ReadOnlySpan<double> phases) => At(phases, 1);

    /// <summary>The mean of C over whole distances.</summary>
    /// <param name="frequencies">Temporal frequencies, in radians a latent frame.</param>
    /// <param name="from">The first distance.</param>
    /// <param name="to">The first one after the last.</param>
    /// <exception cref="ArgumentException">There are no frequencies, or no distances.</exception>
    public static double Mean(ReadOnlySpan<double> frequencies, int from, int to)
    {
        if (to <= from)
        {
            throw new ArgumentException($"From distance {from} to before {to} there are none.", nameof(to));
        }
        double sum = 0;
        for (int d = from; d < to; d++)
        {
            sum += At(frequencies, d);
        }
        return sum / (to - from);
    }
}
