namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>
/// Where rotary phases line up again: the coherence |(1/K) sum exp(j w_i D)| over the K temporal frequencies at an offset of D latents. Its peaks
/// predict where attention falls back to the sink; no video is needed. Source: spec/metrics.md section 7.2, after LoL (arXiv 2601.16914).
/// </summary>
public static class PhaseCoherence
{
    /// <summary>The coherence at an offset, in [0, 1].</summary>
    /// <param name="frequencies">Radians a latent frame (<see cref="Models.Wan.RotaryFrequencies.Temporal"/>); at least one.</param>
    /// <param name="offset">Latent frames.</param>
    public static double At(ReadOnlySpan<double> frequencies, double offset)
    {
        if (frequencies.IsEmpty)
        {
            throw new ArgumentException("Coherence needs at least one frequency.", nameof(frequencies));
        }
        double real = 0, imaginary = 0;
        foreach (double frequency in frequencies)
        {
            (double sin, double cos) = Math.SinCos(frequency * offset);
            real += cos;
            imaginary += sin;
        }
        return Math.Sqrt(real * real + imaginary * imaginary) / frequencies.Length;
    }

    /// <summary>Offsets at which the coherence is higher than at both neighbours, highest first.</summary>
    /// <param name="frequencies">Radians a latent frame.</param>
    /// <param name="from">First offset.</param>
    /// <param name="to">Last offset.</param>
    public static IReadOnlyList<(int Offset, double Coherence)> Peaks(ReadOnlySpan<double> frequencies, int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        List<(int Offset, double Coherence)> peaks = [];
        (double before, double now) = (At(frequencies, from - 1), At(frequencies, from));
        for (int offset = from; offset <= to; offset++)
        {
            double next = At(frequencies, offset + 1);
            if (now > before && now >= next)
            {
                peaks.Add((offset, now));
            }
            (before, now) = (now, next);
        }
        return [.. peaks.OrderByDescending(p => p.Coherence).ThenBy(p => p.Offset)];
    }
}
