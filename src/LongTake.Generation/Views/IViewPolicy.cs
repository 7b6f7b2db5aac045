using LongTake.Generation.Cache;
using LongTake.Tensors;

namespace LongTake.Generation.Views;

/// <summary>
/// Decides which of what is held a network call attends to. What is held at all is for the context policy to say. By default everything is
/// attended to. A policy may hide slots, for each head other ones, or single tokens, the same for all heads; not both.
/// Source: kv-cache-strategies.md 4.2 (view).
/// </summary>
public interface IViewPolicy
{
    /// <summary>Slots that each head attends to in the calls of a chunk; as many as are held for all of them.</summary>
    int SlotsPerHead(in CacheCall call) => call.Held.Length;

    /// <summary>Chooses those slots in one layer. Called at every call in which they are fewer than are held.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="call">The call.</param>
    /// <param name="layer">Transformer block, from 0.</param>
    /// <param name="queries">Queries [B, n, H, D] after rotation.</param>
    /// <param name="keys">Keys of everything held [B, held x P, H, D] after rotation.</param>
    /// <param name="slots">Takes the slots of each sample and head in ascending order: [B, H, slots per head].</param>
    void SelectSlots(Compute compute, in CacheCall call, int layer, Tensor queries, Tensor keys, Span<int> slots) =>
        throw new NotSupportedException($"{GetType().Name} hides slots and does not say which.");

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
}
