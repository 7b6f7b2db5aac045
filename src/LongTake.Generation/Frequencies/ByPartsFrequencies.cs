namespace LongTake.Generation.Frequencies;

/// <summary>
/// Interpolates by parts: theta* = theta (gamma + (1 - gamma) / s), where the ramp says of each pair how well it was trained. With thresholds
/// for videos this is FLEX's frequency-aware modulation of all distances (<see cref="CycleRamp.Default"/>); with those for texts it is
/// YaRN (<see cref="CycleRamp.LanguageModel"/>).
/// Source: flex.md 3.3 and 3.7; rope-extension-bidirectional.md 2.
/// </summary>
/// <param name="scale">How far the video reaches.</param>
/// <param name="ramp">Which pairs are interpolated.</param>
public sealed class ByPartsFrequencies(FrequencyScale scale, CycleRamp ramp) : ModulatedFrequencies(scale)
{
    /// <summary>Which pairs are interpolated.</summary>
    public CycleRamp Ramp { get; } = ramp;

    /// <inheritdoc/>
    protected override void Modulate(double scale, ReadOnlySpan<double> standard, Span<double> frequencies)
    {
        for (int i = 0; i < standard.Length; i++)
        {
            double gamma = Ramp.Gamma(standard[i], Scale.TrainedFrames);
            frequencies[i] = standard[i] * (gamma + ((1 - gamma) / scale));
        }
    }
}
