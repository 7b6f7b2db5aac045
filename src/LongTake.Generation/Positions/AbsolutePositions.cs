using LongTake.Generation.Cache;

namespace LongTake.Generation.Positions;

/// <summary>Every frame stands at its index in the video. Positions, and the distance to a sink, grow without bound.</summary>
public sealed class AbsolutePositions : IPositionPolicy
{
    /// <inheritdoc/>
    public bool PlacesByIndex => true;

    /// <inheritdoc/>
    public double PlaceToken(double slot, long origin) => origin;

    /// <inheritdoc/>
    public void Place(in CacheCall call, Span<double> keys, Span<double> queries)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = call.Held[i].Index;
        }
        for (int i = 0; i < queries.Length; i++)
        {
            queries[i] = call.Queries[i].Index;
        }
    }
}
