using LongTake.Generation.Cache;

namespace LongTake.Generation.Positions;

/// <summary>Gives frames their temporal positions in the rotary embedding. Source: kv-cache-strategies.md 4.2 and 4.3.</summary>
public interface IPositionPolicy
{
    /// <summary>Whether a scene cut (<see cref="CacheCall.SceneCut"/>) does anything.</summary>
    bool CanCut => false;

    /// <summary>Whether frames stand at their place in the video, which averages of frames do not have.</summary>
    bool PlacesByIndex => false;

    /// <summary>Places frames in time, for all network calls of a chunk.</summary>
    /// <param name="call">Frames held and frames computed.</param>
    /// <param name="keys">Takes the position of each frame held.</param>
    /// <param name="queries">Takes the position of each frame computed.</param>
    void Place(in CacheCall call, Span<double> keys, Span<double> queries);

    /// <summary>Places one token of a slot that holds tokens of several frames (<see cref="FrameRole.Chosen"/>).</summary>
    /// <param name="slot">Position of the slot that it lies in.</param>
    /// <param name="origin">Place in the video of the frame that it belongs to.</param>
    /// <returns>Its position. Default: that of its slot, so that what is held stays contiguous.</returns>
    double PlaceToken(double slot, long origin) => slot;
}
