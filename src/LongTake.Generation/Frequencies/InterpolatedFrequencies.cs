namespace LongTake.Generation.Frequencies;

/// <summary>
/// Position interpolation: all temporal frequencies are divided by the scale, as if positions were. Source: flex.md 3.7;
/// rope-extension-bidirectional.md 2.
/// </summary>
/// <param name="scale">How far the video reaches.</param>
public sealed class InterpolatedFrequencies(FrequencyScale scale) : ModulatedFrequencies(scale)
{
    /// <inheritdoc/>
    protected override void Modulate(double scale, ReadOnlySpan<double> standard, Span<double> frequencies)
    {
        for (int i = 0; i < standard.Length; i++)
        {
            frequencies[i] = standard[i] / scale;
        }
    }
}
