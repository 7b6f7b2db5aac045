using LongTake.Generation.Cache;

namespace LongTake.Generation.Frequencies;

/// <summary>Turns temporal positions into rotation angles. Source: kv-cache-strategies.md 4.2 (frequency).</summary>
public interface IFrequencyPolicy
{
    /// <summary>Tables of angles: 1 for all heads together, or one a head.</summary>
    int TableCount(int heads) => 1;

    /// <summary>Angles of one frame.</summary>
    /// <param name="call">Frames held and frames computed.</param>
    /// <param name="table">Which table.</param>
    /// <param name="position">Where the position policy put the frame.</param>
    /// <param name="standard">The model's temporal frequencies, one a pair of channels.</param>
    /// <param name="angles">Takes one angle a pair.</param>
    void Angles(in CacheCall call, int table, double position, ReadOnlySpan<double> standard, Span<double> angles);
}
