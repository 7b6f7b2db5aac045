using LongTake.Generation.Cache;

namespace LongTake.Generation.Frequencies;

/// <summary>The model's own frequencies: angle = position x frequency.</summary>
public sealed class StandardFrequencies : IFrequencyPolicy
{
    /// <inheritdoc/>
    public void Angles(in CacheCall call, int table, double position, ReadOnlySpan<double> standard, Span<double> angles)
    {
        for (int i = 0; i < angles.Length; i++)
        {
            angles[i] = position * standard[i];
        }
    }
}
