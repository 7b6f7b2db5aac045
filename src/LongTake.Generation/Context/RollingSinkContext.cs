using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Context;

/// <summary>
/// A window in which the first window of the video comes round for ever. The keys and values of its first W frames are kept aside; from then on,
/// when a chunk is final, the one before it is replaced by three (a chunk) of them, so that a new chunk sees recycled frames, one genuine chunk
/// and itself. They stand where those stood that they replace. They come forwards and backwards in turn: with chunks of c frames and
/// u the place of the first frame replaced, the turn is floor(u / (W - c)); in even turns frames u mod (W - c) on follow, in odd ones as
/// many frames before W - c - (u mod (W - c)), the last first.
/// Source: kv-cache-strategies.md 3.12 (Rolling Sink, arXiv 2602.07775).
/// </summary>
public sealed class RollingSinkContext : IContextPolicy
{
    private readonly SlidingWindowContext _window;
    private readonly int _chunk;

    /// <summary>Makes the policy.</summary>
    /// <param name="window">Latent frames in all (W), the chunk in work included: a multiple of the chunk, at least 3 of them.</param>
    /// <param name="chunk">Frames of a chunk.</param>
    /// <exception cref="ArgumentException">The window is none of that.</exception>
    public RollingSinkContext(int window, int chunk)
    {
        if (chunk < 1 || window % chunk != 0 || window < 3 * chunk)
        {
            throw new ArgumentException(
                $"A window of {window} latent frames has no recycled chunk, one before and one in work, of {chunk} frames each; " +
                $"make it a multiple of {chunk}, at least {3 * chunk}.",
                nameof(window));
        }
        _window = new SlidingWindowContext(window);
        _chunk = chunk;
    }

    /// <inheritdoc/>
    public int Capacity => _window.Capacity;

    /// <inheritdoc/>
    public int ArchivedFrames => Capacity;

    /// <inheritdoc/>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Refuse(kind == SceneChangeKind.Recache
        ? "the first window comes round for ever, and its frames are not there any more to be computed anew"
        : "the first window comes round for ever, so what is forgotten comes back");

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep) => _window.MakeRoom(held, incoming, keep);

    /// <inheritdoc/>
    public void OnCommit(KeyValueCache cache)
    {
        int own = cache.Frames.Length - _chunk;
        long start = cache.Frames[own].Index;
        for (int i = 0; i < _chunk; i++)
        {
            if (start < Capacity)
            {
                cache.Archive(own + i, (int)start + i);
            }
            else if (own >= _chunk)
            {
                cache.Recall(Source(start, i), own - _chunk + i);
            }
        }
    }

    /// <summary>Which frame of the first window comes back.</summary>
    /// <param name="start">Place in the video of the first frame of the chunk that has become final.</param>
    /// <param name="i">Which frame of the chunk before is replaced.</param>
    internal int Source(long start, int i)
    {
        int period = Capacity - _chunk;
        (long turn, long within) = Math.DivRem(start - _chunk, period);
        return (int)(turn % 2 == 0 ? within + i : period - within - 1 - i);
    }
}
