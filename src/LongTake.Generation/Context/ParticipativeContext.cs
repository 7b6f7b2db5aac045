using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Generation.Context;

/// <summary>
/// Participative compression: when a chunk would make the cache larger than the trigger, every layer keeps of the tokens between sink and
/// recent frames those that the recent frames look at most. A token's score is the sum of the products of its key with all queries of the
/// recent frames, those of the chunk's first network call among them; so much budget is left for the best that sink, best and
/// recent frames together are as many as the budget says. The cache then grows again, whole frames at a time, until the next time.
/// Kept tokens keep their row and column and their order in time. Samples choose for themselves.
/// Source: kv-cache-strategies.md 3.7 (Deep Forcing).
/// </summary>
public sealed class ParticipativeContext : IContextPolicy, IStatefulPart
{
    private readonly QueryMemory _past;
    private readonly int _chunk;
    private int _first;
    private int _end;
    private float[] _scratch = [];

    /// <summary>Makes the policy.</summary>
    /// <param name="sink">First frames of the video that stay.</param>
    /// <param name="budget">Latent frames left after a compression, the chunk in work included.</param>
    /// <param name="recent">Newest frames that stay whole and whose queries decide, the chunk in work included.</param>
    /// <param name="trigger">Latent frames, the chunk in work included, above which compression sets in.</param>
    /// <param name="chunk">Frames of a chunk.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together.</exception>
    public ParticipativeContext(int sink, int budget, int recent, int trigger, int chunk)
    {
        if (sink < 0 || chunk < 1 || recent < chunk || budget <= sink + recent || trigger < sink + recent)
        {
            throw new ArgumentException(
                $"A sink of {sink}, {recent} recent frames (chunks of {chunk} included), a budget of {budget} and a trigger of {trigger} do not fit " +
                "together: the budget is larger than sink and recent frames, the trigger at least as large.",
                nameof(budget));
        }
        Sink = sink;
        Budget = budget;
        Recent = recent;
        Trigger = trigger;
        _chunk = chunk;
        _past = new QueryMemory(recent - chunk);
    }

    /// <inheritdoc/>
    public int Capacity => Math.Max(Trigger, Budget);

    /// <summary>First frames that stay.</summary>
    public int Sink { get; }

    /// <summary>Latent frames left after a compression.</summary>
    public int Budget { get; }

    /// <summary>Newest frames that stay whole, the chunk in work included.</summary>
    public int Recent { get; }

    /// <summary>Latent frames above which compression sets in.</summary>
    public int Trigger { get; }

    /// <inheritdoc/>
    public int ChosenSlots => Budget - Sink - Recent;

    /// <summary>Chosen tokens cannot be computed anew and stay; a flush drops them.</summary>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, Sink);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        if (incoming > Recent)
        {
            throw new InvalidOperationException($"A chunk of {incoming} latent frames is longer than the {Recent} recent frames it is one of.");
        }
        _first = Math.Min(Sink, held.Length);
        _end = Math.Max(_first, held.Length - (Recent - incoming));
        if (held.Length + incoming > Trigger)
        {
            keep[_first.._end].Clear();
        }
    }

    /// <inheritdoc/>
    public TokenChoice? ChooseSlots(ReadOnlySpan<CachedFrame> held, int incoming) =>
        held.Length + incoming > Trigger && _end > _first
            ? new TokenChoice(_first, Math.Min(ChosenSlots, _end - _first), held[_end - 1].Index)
            : null;

    /// <inheritdoc/>
    public void ChooseTokens(in CacheCall call, int layer, int sample, Tensor queries, KeyValueCache cache, Span<int> rows)
    {
        using TensorScope scope = TensorScope.Open();
        CacheLayout layout = cache.Layout;
        Backend backend = cache.Compute.Backend;
        int width = layout.Heads * layout.HeadDim;
        int first = _first * layout.TokensPerFrame;
        int count = (_end - _first) * layout.TokensPerFrame;

        // The sum over queries of q . k is (sum over queries of q) . k.
        Tensor sum = Tensor.Empty([1, width]);
        backend.SumMiddle(queries.Rows(sample, 1), 1, queries.Shape[1], width, 1f, sum, add: false);
        _past.AddTo(sum.Span, layer, sample);
        Tensor pool = cache.Keys(layer);
        Tensor keys = pool.View([layout.Batch * pool.Shape[1], width]).Rows((sample * pool.Shape[1]) + first, count);
        if (keys.DType != DType.F32)
        {
            Tensor wide = Tensor.Empty(keys.Shape);
            backend.Cast(keys, wide);
            keys = wide;
        }
        Tensor scores = Tensor.Empty([count, 1]);
        backend.MatMul(keys, sum, scores, transposeA: false, transposeB: true, accumulate: false);
        if (_scratch.Length < count)
        {
            _scratch = new float[cache.Capacity * layout.TokensPerFrame];
        }
        TopTokens.Choose(scores.Span, _scratch.AsSpan(0, count), first, rows);
    }

    /// <inheritdoc/>
    public void Observe(in CacheCall call, int layer, Tensor queries, KeyValueCache cache) => _past.Note(call.Queries, layer, queries, cache);

    /// <inheritdoc/>
    public byte[] SaveState() => _past.SaveState();

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state) => _past.RestoreState(state);
}
