using LongTake.Generation.Cache;

namespace LongTake.Generation.Positions;

/// <summary>
/// The newest frame stands at its index in the video, but never beyond an anchor; earlier frames count backwards from it, slot by slot, and not
/// below 0, where the oldest share a place. This is Infinity-RoPE as its paper has it; its code numbers slots of the cache from 0
/// (<see cref="BlockRelativePositions"/>).
/// Source: kv-cache-strategies.md 3.9 and 4.3 (Anchored).
/// </summary>
public sealed class AnchoredPositions : IPositionPolicy
{
    /// <summary>The paper's anchor (f0).</summary>
    public const int DefaultAnchor = 21;

    /// <summary>Makes the policy.</summary>
    /// <param name="anchor">The largest position (f0).</param>
    /// <exception cref="ArgumentOutOfRangeException">The anchor is negative.</exception>
    public AnchoredPositions(int anchor = DefaultAnchor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(anchor);
        Anchor = anchor;
    }

    /// <summary>The largest position (f0).</summary>
    public int Anchor { get; }

    /// <inheritdoc/>
    public void Place(in CacheCall call, Span<double> keys, Span<double> queries)
    {
        long newest = Math.Min(call.Queries[^1].Index, Anchor);
        CountBack(newest, keys);
        CountBack(newest, queries);
    }

    private static void CountBack(long newest, Span<double> positions)
    {
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = Math.Max(0, newest - (positions.Length - 1 - i));
        }
    }
}
