using LongTake.Generation.Cache;

namespace LongTake.Generation.PromptChanges;

/// <summary>Leaves the context as it is: the new prompt acts through cross-attention alone.</summary>
public sealed class KeepContext : IPromptChangePolicy
{
    /// <inheritdoc/>
    public void Apply(KeyValueCache cache, RecomputeContext recompute)
    {
    }
}
