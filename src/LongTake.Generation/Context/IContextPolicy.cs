using LongTake.Generation.Cache;
using LongTake.Tensors;

namespace LongTake.Generation.Context;

/// <summary>Decides what of the past is kept and attended to. Source: kv-cache-strategies.md 4.2 (retention and view).</summary>
public interface IContextPolicy
{
    /// <summary>Latent frames that the cache makes room for, the chunk in work included.</summary>
    int Capacity { get; }

    /// <summary>Chooses what to drop so that a new chunk fits. Called once a chunk, before its first network call.</summary>
    /// <param name="held">Frames held, oldest first.</param>
    /// <param name="incoming">Frames of the new chunk.</param>
    /// <param name="keep">One entry a frame held, all true; set those to false that go.</param>
    void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep);

    /// <summary>Chooses the tokens that one layer attends to, where that is not everything held.</summary>
    /// <param name="call">The call.</param>
    /// <param name="layer">Transformer block, from 0.</param>
    /// <param name="queries">Queries [B, N, H, D] before rotation.</param>
    /// <param name="cache">Gives the keys and values held.</param>
    /// <param name="tokens">
    /// Empty; takes the indices of the chosen tokens. Frame f of the held ones has tokens f P .. (f + 1) P - 1.
    /// </param>
    /// <returns>False to attend to everything held.</returns>
    bool SelectTokens(in CacheCall call, int layer, Tensor queries, KeyValueCache cache, List<int> tokens) => false;

    /// <summary>Told that the prompt has changed, before the prompt-change policy adapts what is held.</summary>
    /// <param name="cache">Not empty.</param>
    void OnPromptChange(KeyValueCache cache)
    {
    }

    /// <summary>Told when a chunk's clean keys and values are in place.</summary>
    void OnCommit(KeyValueCache cache)
    {
    }
}
