using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Views;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// Causal history routing: a cache that holds more than is attended to. Chunks see the sink and the newest frames, as in generation, until a
/// route is active: then the frames of the route take the place of the newest but a few, and of the sink if so asked. Keys keep their rotation.
/// Source: spec kvpo, sections 4.1 to 4.3.
/// </summary>
/// <param name="window">Latent frames attended to.</param>
/// <param name="sink">First frames of the video, always attended to.</param>
/// <param name="capacity">Latent frames held, the chunk in work included.</param>
/// <param name="nearest">Newest frames that a route leaves in place, the chunk's own included.</param>
/// <param name="routesSink">Whether a route takes the sink's places too.</param>
internal sealed class HistoryRouting(int window, int sink, int capacity, int nearest, bool routesSink = false) : IContextPolicy, IViewPolicy
{
    private readonly SlidingWindowContext _held = new(capacity, sink);

    /// <inheritdoc/>
    public int Capacity => capacity;

    /// <summary>Frames of the video to be read, rising; null for none.</summary>
    public int[]? Route { get; set; }

    /// <summary>Whether network calls follow the route.</summary>
    public bool IsActive { get; set; }

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep) => _held.MakeRoom(held, incoming, keep);

    /// <inheritdoc/>
    public bool SelectTokens(in CacheCall call, int layer, Tensor queries, KeyValueCache cache, List<int> tokens)
    {
        ReadOnlySpan<CachedFrame> held = call.Held;
        bool routed = IsActive && Route is not null;
        if (!routed && held.Length <= window)
        {
            return false;
        }
        int perFrame = cache.Layout.TokensPerFrame, newest = routed ? nearest : window - sink;
        for (int slot = 0; slot < (routed && routesSink ? 0 : sink); slot++)
        {
            Add(tokens, slot, perFrame);
        }
        if (routed)
        {
            foreach (int frame in Route!)
            {
                Add(tokens, SlotOf(held, frame), perFrame);
            }
        }
        for (int slot = held.Length - newest; slot < held.Length; slot++)
        {
            Add(tokens, slot, perFrame);
        }
        return true;
    }

    /// <summary>The slots whose frames generation, with its window, would hold.</summary>
    public int[] Deployed(ReadOnlySpan<CachedFrame> held)
    {
        int count = held.Length;
        return count <= window
            ? [.. Enumerable.Range(0, count)]
            : [.. Enumerable.Range(0, sink), .. Enumerable.Range(count - (window - sink), window - sink)];
    }

    private static void Add(List<int> tokens, int slot, int perFrame)
    {
        for (int i = 0; i < perFrame; i++)
        {
            tokens.Add((slot * perFrame) + i);
        }
    }

    private static int SlotOf(ReadOnlySpan<CachedFrame> held, int frame)
    {
        for (int slot = 0; slot < held.Length; slot++)
        {
            if (held[slot].Index == frame)
            {
                return slot;
            }
        }
        throw new InvalidOperationException($"A route reads latent frame {frame}, which the cache no longer holds.");
    }
}

/// <summary>
/// Computes anew, under the new prompt, what generation with a window would: the newest frames, in one call in which they see each other and
/// the sink, which stays (unless the video is no longer than the window). Source: spec kvpo, section 2.1.
/// </summary>
/// <param name="window">Latent frames attended to.</param>
/// <param name="sink">First frames, which keep their prompt.</param>
internal sealed class RecacheWindow(int window, int sink) : IPromptChangePolicy
{
    /// <inheritdoc/>
    public void Apply(KeyValueCache cache, RecomputeContext recompute)
    {
        int count = cache.Frames.Length;
        recompute(count <= window ? count : window - sink, 0);
    }
}
