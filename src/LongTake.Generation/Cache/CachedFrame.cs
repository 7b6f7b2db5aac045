namespace LongTake.Generation.Cache;

/// <summary>What a cache knows of one latent frame whose keys and values it holds.</summary>
/// <param name="Index">Place of the frame in the video, from 0.</param>
public readonly record struct CachedFrame(long Index);
