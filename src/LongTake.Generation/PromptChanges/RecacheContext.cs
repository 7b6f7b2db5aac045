using LongTake.Generation.Cache;

namespace LongTake.Generation.PromptChanges;

/// <summary>
/// Computes the whole context anew under the new prompt, in one call in which all frames see each other. The sink keeps the first frames
/// under their old prompt (global sink), or is given up for the oldest frames recomputed. While the cache still starts at the first frame
/// of the video the sink is recomputed like the rest. Averages and chosen tokens (<see cref="FrameRole"/>) stay as they are.
/// Source: autoregressive-streaming.md 6.3.
/// </summary>
/// <param name="sink">Frames of a global sink that stay as they are; 0 to reset the sink.</param>
public sealed class RecacheContext(int sink) : IPromptChangePolicy
{
    /// <inheritdoc/>
    public void Apply(KeyValueCache cache, RecomputeContext recompute)
    {
        int frames = 0;
        foreach (CachedFrame frame in cache.Frames)
        {
            frames += frame.Role == FrameRole.Frame ? 1 : 0;
        }
        long start = cache.Frames[^1].Index + 1 - frames;
        recompute(frames, start > 0 ? sink : 0);
    }
}
