using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Context;

/// <summary>
/// Decides what of the past is kept. All but the first two members are for policies that do more than drop frames: fold what
/// leaves into slots that stay, choose single tokens layer by layer, or look at the prompt.
/// Source: kv-cache-strategies.md 4.2 (retention).
/// </summary>
public interface IContextPolicy
{
    /// <summary>Latent frames that the cache makes room for, the chunk in work included.</summary>
    int Capacity { get; }

    /// <summary>Most slots that ever hold tokens chosen layer by layer (<see cref="ChooseSlots"/>); 0 if only whole frames are kept.</summary>
    int ChosenSlots => 0;

    /// <summary>Latent frames kept aside, which no call attends to (<see cref="KeyValueCache.Archive"/>); 0 for none.</summary>
    int ArchivedFrames => 0;

    /// <summary>Whether slots come to hold averages of frames, which have no place in the video.</summary>
    bool MergesFrames => false;

    /// <summary>Whether choices depend on the prompt (<see cref="KeyValueCache.TextKeys"/>).</summary>
    bool NeedsText => false;

    /// <summary>Told before a run of the network and the sizes of its cache, so that what does not fit them is refused before any work.</summary>
    /// <param name="transformer">The network.</param>
    /// <param name="layout">Sizes.</param>
    /// <exception cref="ArgumentException">The policy was made for another network.</exception>
    void Check(WanTransformer transformer, CacheLayout layout)
    {
    }

    /// <summary>Chooses what to drop so that a new chunk fits. Called once a chunk, before its first network call.</summary>
    /// <param name="held">Frames held, oldest first.</param>
    /// <param name="incoming">Frames of the new chunk.</param>
    /// <param name="keep">One entry a frame held, all true; set those to false that go.</param>
    void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep);

    /// <summary>
    /// Asks for slots of tokens that are chosen layer by layer. Called right after <see cref="MakeRoom"/>, which has let go of all slots of
    /// tokens chosen before; they may be chosen again.
    /// </summary>
    /// <param name="held">As in <see cref="MakeRoom"/>.</param>
    /// <param name="incoming">As in <see cref="MakeRoom"/>.</param>
    /// <returns>Null to leave everything as it is.</returns>
    TokenChoice? ChooseSlots(ReadOnlySpan<CachedFrame> held, int incoming) => null;

    /// <summary>
    /// Folds what leaves into what stays. Called once a chunk in which something leaves, never when a chunk is computed anew, while all
    /// clean keys and values are still in place; slots that stay may be changed (<see cref="KeyValueCache.Blend"/>,
    /// <see cref="KeyValueCache.BlendMean"/>, <see cref="KeyValueCache.MarkMerged"/>).
    /// </summary>
    /// <param name="cache">Holds what it held before.</param>
    /// <param name="keep">What <see cref="MakeRoom"/> decided.</param>
    void Fold(KeyValueCache cache, ReadOnlySpan<bool> keep)
    {
    }

    /// <summary>
    /// Chooses the tokens for the slots of <see cref="ChooseSlots"/>, for one layer and sample. Called at the layer's first network call of the
    /// chunk, before anything has moved: slots lie as <see cref="KeyValueCache.FramesBefore"/> says.
    /// </summary>
    /// <param name="call">The call; what it says is held is what will be.</param>
    /// <param name="layer">Transformer block, from 0.</param>
    /// <param name="sample">Sample of the batch, from 0.</param>
    /// <param name="queries">Queries of the chunk [B, N, H, D] before rotation.</param>
    /// <param name="cache">Gives keys and values.</param>
    /// <param name="rows">Takes the rows of the pool to keep, in the order they shall lie in.</param>
    void ChooseTokens(in CacheCall call, int layer, int sample, Tensor queries, KeyValueCache cache, Span<int> rows) =>
        throw new NotSupportedException($"{GetType().Name} asks for chosen tokens and chooses none.");

    /// <summary>
    /// Shows the queries of every network call. The last call of a chunk is the one on its clean latents; calls that rewrite the context show
    /// theirs too.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="layer">Transformer block, from 0.</param>
    /// <param name="queries">Queries [B, N, H, D] before rotation.</param>
    /// <param name="cache">The cache that is called.</param>
    void Observe(in CacheCall call, int layer, Tensor queries, KeyValueCache cache)
    {
    }

    /// <summary>Told that the prompt has changed, before the prompt-change policy adapts what is held.</summary>
    /// <param name="cache">Not empty.</param>
    void OnPromptChange(KeyValueCache cache)
    {
    }

    /// <summary>
    /// How a scene's wish is carried out that is not the method's own way of changing prompts, or why it cannot be.
    /// </summary>
    /// <param name="kind"><see cref="SceneChangeKind.Recache"/> or <see cref="SceneChangeKind.Flush"/>.</param>
    SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Refuse($"{GetType().Name} does not say how");

    /// <summary>Told when a chunk's clean keys and values are in place.</summary>
    void OnCommit(KeyValueCache cache)
    {
    }
}
