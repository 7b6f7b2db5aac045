using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Context;

/// <summary>
/// Keeps the newest frames, and optionally the first ones of the video for ever (the attention sink): with window W and sink S the cache
/// holds frames 0 .. S-1 and the last W - S, the chunk in work among them.
/// Source: autoregressive-streaming.md 5.1 and 5.2.
/// </summary>
public sealed class SlidingWindowContext : IContextPolicy
{
    /// <summary>Makes the policy.</summary>
    /// <param name="window">Latent frames in all.</param>
    /// <param name="sink">First frames of the video that stay.</param>
    /// <exception cref="ArgumentException">The window is empty, or the sink leaves no room in it.</exception>
    public SlidingWindowContext(int window, int sink = 0)
    {
        if (window < 1)
        {
            throw new ArgumentException(
                $"A window of {window} latent frames holds nothing; make it at least the chunk length.", nameof(window));
        }
        if (sink < 0 || sink >= window)
        {
            throw new ArgumentException(
                $"A sink of {sink} latent frames leaves no room in a window of {window}; the window counts the sink, so make it larger.",
                nameof(sink));
        }
        Capacity = window;
        Sink = sink;
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <summary>First frames that stay.</summary>
    public int Sink { get; }

    /// <inheritdoc/>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, Sink);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        if (incoming + Sink > Capacity)
        {
            throw new InvalidOperationException(
                $"A chunk of {incoming} latent frames and a sink of {Sink} do not fit in a window of {Capacity}; " +
                $"use a window of at least {incoming + Sink}.");
        }
        int evict = Math.Max(0, held.Length + incoming - Capacity);

        // A sink that is not full yet is not evicted from either: what goes are the oldest frames after it.
        keep.Slice(Math.Min(Sink, held.Length), evict).Clear();
    }
}
