using LongTake.Generation.Cache;

namespace LongTake.Generation.PromptChanges;

/// <summary>
/// Runs the newest clean latents through the network again, under the prompt that holds now, to rewrite their keys and values.
/// </summary>
/// <param name="frames">How many latent frames, in one call that sees all of them.</param>
/// <param name="guarded">First slots of the cache that keep what they hold.</param>
public delegate void RecomputeContext(int frames, int guarded);

/// <summary>What happens to the context when the prompt changes. Source: kv-cache-strategies.md 4.2 (prompt switch).</summary>
public interface IPromptChangePolicy
{
    /// <summary>Adapts what is held. The new prompt is in place already.</summary>
    /// <param name="cache">Not empty.</param>
    /// <param name="recompute">Rewrites keys and values.</param>
    void Apply(KeyValueCache cache, RecomputeContext recompute);
}
