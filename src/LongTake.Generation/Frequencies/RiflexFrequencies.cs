namespace LongTake.Generation.Frequencies;

/// <summary>
/// RIFLEx: lowers one frequency, that of the pair whose period is nearest to the length at which the model starts to repeat itself, so that the
/// whole video stays within one period of it: theta_k = safety x 2 pi / (L s). Others are left alone, and so is this one while the video is no
/// longer than the trained length or the pair's period.
/// Source: rope-extension-bidirectional.md 3 (RIFLEx, arXiv 2502.15894).
/// </summary>
public sealed class RiflexFrequencies : ModulatedFrequencies
{
    /// <summary>What the reference code multiplies the frequency with.</summary>
    public const double DefaultSafety = 0.9;

    /// <summary>
    /// Where repetition is looked for if nothing is said: one and a half trained lengths of 5 s. Nearest to it are the pair that others take on
    /// Wan (the fifth of 22) and the second of 6. Wan shows no repetition of its own that could be measured.
    /// </summary>
    public const double DefaultRepeatsAt = 33;

    /// <summary>Makes the policy.</summary>
    /// <param name="scale">How far the video reaches.</param>
    /// <param name="pair">Which pair, from 1; 0 for the one whose period is nearest to <paramref name="repeatsAt"/>.</param>
    /// <param name="repeatsAt">Latent frames after which the model repeats itself.</param>
    /// <param name="safety">Share of a period that the video may fill.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public RiflexFrequencies(
        FrequencyScale scale, int pair = 0, double repeatsAt = DefaultRepeatsAt, double safety = DefaultSafety)
        : base(scale)
    {
        if (pair < 0)
        {
            throw new ArgumentException($"pair is {pair}; it counts from 1, and 0 looks for the pair by its period.", nameof(pair));
        }
        if (!(repeatsAt > 0 && double.IsFinite(repeatsAt)))
        {
            throw new ArgumentException($"repeats-at is {repeatsAt}; it counts latent frames and is above 0.", nameof(repeatsAt));
        }
        if (!(safety > 0 && safety <= 1))
        {
            throw new ArgumentException($"safety is {safety}; it lies above 0 and at most at 1 (0.9 in the reference code).", nameof(safety));
        }
        Pair = pair;
        RepeatsAt = repeatsAt;
        Safety = safety;
    }

    /// <summary>Which pair, from 1; 0 for the one whose period is nearest to <see cref="RepeatsAt"/>.</summary>
    public int Pair { get; }

    /// <summary>Latent frames after which the model repeats itself.</summary>
    public double RepeatsAt { get; }

    /// <summary>Share of a period that the video may fill.</summary>
    public double Safety { get; }

    /// <summary>The pair, from 1, whose period is nearest to a length; the faster one where two are equally near.</summary>
    /// <param name="standard">Frequencies in radians a latent frame.</param>
    /// <param name="length">Latent frames.</param>
    public static int Nearest(ReadOnlySpan<double> standard, double length)
    {
        int nearest = 0;
        for (int i = 1; i < standard.Length; i++)
        {
            if (Math.Abs(Period(standard[i]) - length) < Math.Abs(Period(standard[nearest]) - length))
            {
                nearest = i;
            }
        }
        return nearest + 1;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The model has no such pair.</exception>
    protected override void Check(ReadOnlySpan<double> standard)
    {
        if (Pair > standard.Length)
        {
            throw new ArgumentException(
                $"pair is {Pair}, but the model has {standard.Length} temporal pairs; name one of them, or 0 to look for it by its period.");
        }
    }

    /// <inheritdoc/>
    protected override void Modulate(double scale, ReadOnlySpan<double> standard, Span<double> frequencies)
    {
        standard.CopyTo(frequencies);
        int k = (Pair > 0 ? Pair : Nearest(standard, RepeatsAt)) - 1;
        double length = scale * Scale.TrainedFrames;
        if (length > Period(standard[k]))
        {
            frequencies[k] = Safety * 2 * Math.PI / length;
        }
    }

    private static double Period(double frequency) => 2 * Math.PI / frequency;
}
