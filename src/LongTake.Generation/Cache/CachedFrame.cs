namespace LongTake.Generation.Cache;

/// <summary>What a cache knows of one slot: the keys and values of one latent frame, or what has been made of several.</summary>
/// <param name="Index">
/// Place of the frame in the video, from 0; for what was made of several frames, the place of the newest of them, unless the policy says otherwise.
/// </param>
/// <param name="Role">What the slot holds.</param>
public readonly record struct CachedFrame(long Index, FrameRole Role = FrameRole.Frame);
