using LongTake.Generation.Cache;

namespace LongTake.Generation.Positions;

/// <summary>
/// The sink stands right before the recent frames, which stand at their index in the video: with S sink frames and first recent frame r, at
/// r - S .. r - 1. Since differences of positions are all that counts, no distance leaves the window, however long the video gets; while nothing
/// has been dropped these are the absolute positions.
/// Source: kv-cache-strategies.md 4.3 (SinkAdjacent).
/// </summary>
public sealed class SinkAdjacentPositions : IPositionPolicy
{
    /// <summary>Makes the policy.</summary>
    /// <param name="sink">First slots of the cache that hold the sink.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sink is negative.</exception>
    public SinkAdjacentPositions(int sink)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sink);
        Sink = sink;
    }

    /// <summary>First slots of the cache that hold the sink.</summary>
    public int Sink { get; }

    /// <inheritdoc/>
    public void Place(in CacheCall call, Span<double> keys, Span<double> queries)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = i < Sink && Sink < keys.Length ? call.Held[Sink].Index - Sink + i : call.Held[i].Index;
        }
        for (int i = 0; i < queries.Length; i++)
        {
            queries[i] = call.Queries[i].Index;
        }
    }
}
