namespace LongTake.Generation.Frequencies;

/// <summary>
/// NTK-aware extension: the base b of the series b^(-i/n) becomes b s^(n/(n-1)), n the number of pairs, so that the first frequency stays and the
/// last one is divided by the scale. In terms of the model's own: theta*_i = theta_i s^(-i/(n-1)), whatever its base.
/// Source: flex.md 3.7; rope-extension-bidirectional.md 2 (there d = 2n).
/// </summary>
/// <param name="scale">How far the video reaches.</param>
public sealed class NtkFrequencies(FrequencyScale scale) : ModulatedFrequencies(scale)
{
    /// <inheritdoc/>
    protected override void Modulate(double scale, ReadOnlySpan<double> standard, Span<double> frequencies)
    {
        int last = Math.Max(1, standard.Length - 1);
        for (int i = 0; i < standard.Length; i++)
        {
            frequencies[i] = standard[i] * Math.Pow(scale, -(double)i / last);
        }
    }
}
