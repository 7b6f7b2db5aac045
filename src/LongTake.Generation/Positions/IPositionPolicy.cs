using LongTake.Generation.Cache;

namespace LongTake.Generation.Positions;

/// <summary>Gives frames their temporal positions in the rotary embedding. Source: kv-cache-strategies.md 4.2 and 4.3.</summary>
public interface IPositionPolicy
{
    /// <summary>Whether a scene cut (<see cref="CacheCall.SceneCut"/>) does anything.</summary>
    bool CanCut => false;

    /// <summary>Places frames in time, for all network calls of a chunk.</summary>
    /// <param name="call">Frames held and frames computed.</param>
    /// <param name="keys">Takes the position of each frame held.</param>
    /// <param name="queries">Takes the position of each frame computed.</param>
    void Place(in CacheCall call, Span<double> keys, Span<double> queries);
}
