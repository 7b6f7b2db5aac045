using LongTake.Generation.Cache;

namespace LongTake.Generation.PromptChanges;

/// <summary>
/// Forgets all but the first and the newest frames, so that the new prompt is free of the old scene. Source: autoregressive-streaming.md 7
/// (KV flush).
/// </summary>
/// <param name="first">First slots that stay.</param>
/// <param name="last">Last slots, the newest frames, that stay.</param>
public sealed class FlushContext(int first = 1, int last = FlushContext.DefaultLast) : IPromptChangePolicy
{
    /// <summary>Newest frames that stay in the reference code; the paper says 1.</summary>
    public const int DefaultLast = 2;

    /// <inheritdoc/>
    public void Apply(KeyValueCache cache, RecomputeContext recompute)
    {
        int count = cache.Frames.Length;
        bool[] keep = new bool[count];
        for (int i = 0; i < count; i++)
        {
            keep[i] = i < first || i >= count - last;
        }
        cache.Retain(keep);
    }
}
