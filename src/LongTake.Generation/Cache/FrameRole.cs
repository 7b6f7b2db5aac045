namespace LongTake.Generation.Cache;

/// <summary>What a slot of the cache holds.</summary>
public enum FrameRole
{
    /// <summary>A latent frame as the network computed it.</summary>
    Frame,

    /// <summary>An average of frames that have left: a pseudo-frame. It cannot be computed anew.</summary>
    Merged,

    /// <summary>
    /// Tokens that a policy chose from several frames, others in every layer and sample. Each keeps its row and column. They cannot be
    /// computed anew.
    /// </summary>
    Chosen,

    /// <summary>
    /// Keys and values of an earlier frame (<see cref="KeyValueCache.Recall"/>), at a later place in the video, which its index says. They
    /// cannot be computed anew.
    /// </summary>
    Recycled,
}
