using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Context;

/// <summary>
/// A sliding window whose sink follows the video slowly: a frame that leaves the window is mixed into the sink, key by key and value by
/// value, S := a S + (1 - a) frame. Frame i goes to sink slot i modulo the number of slots, so that with a sink of one chunk every frame of a
/// chunk meets the same slot again. Slots of the sink keep their own numbers.
/// Source: kv-cache-strategies.md 3.10 (Reward Forcing, arXiv 2512.04678).
/// </summary>
public sealed class EmaSinkContext : IContextPolicy
{
    private readonly SlidingWindowContext _window;

    /// <summary>Makes the policy.</summary>
    /// <param name="window">Latent frames in all.</param>
    /// <param name="sink">Slots of the sink, at least 1.</param>
    /// <param name="decay">Weight a of what the sink holds, 0 to 1; with 1 the first frames stay as they are.</param>
    /// <exception cref="ArgumentException">There is no sink, it leaves no room, or the decay is out of its range.</exception>
    public EmaSinkContext(int window, int sink, double decay)
    {
        _window = new SlidingWindowContext(window, sink);
        if (sink < 1)
        {
            throw new ArgumentException("A sink of 0 latent frames has nothing to average into; make it at least 1.", nameof(sink));
        }
        if (!(decay >= 0 && decay <= 1))
        {
            throw new ArgumentException($"The decay of a sink is {decay}; it lies between 0 and 1.", nameof(decay));
        }
        Decay = decay;
    }

    /// <inheritdoc/>
    public int Capacity => _window.Capacity;

    /// <summary>Slots of the sink.</summary>
    public int Sink => _window.Sink;

    /// <summary>Weight of what the sink holds when a frame is mixed in.</summary>
    public double Decay { get; }

    /// <inheritdoc/>
    public bool MergesFrames => Decay < 1;

    /// <summary>The sink is an average of many frames, under many prompts perhaps, and stays what it is.</summary>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, Sink);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep) => _window.MakeRoom(held, incoming, keep);

    /// <inheritdoc/>
    public void Fold(KeyValueCache cache, ReadOnlySpan<bool> keep)
    {
        for (int i = 0; i < keep.Length && MergesFrames; i++)
        {
            if (!keep[i])
            {
                int slot = (int)(cache.Frames[i].Index % Sink);
                cache.Blend(i, slot, 1, 1 - Decay);
                cache.MarkMerged(slot, cache.Frames[slot].Index);
            }
        }
    }
}
