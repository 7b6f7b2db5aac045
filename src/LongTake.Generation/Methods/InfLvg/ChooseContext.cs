using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>At a new prompt the context is chosen anew (<see cref="InfLvgContext"/>).</summary>
public sealed class ChooseContext : IPromptChangePolicy
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The cache has another context policy.</exception>
    public void Apply(KeyValueCache cache, RecomputeContext recompute)
    {
        if (cache.Context is not InfLvgContext context)
        {
            throw new InvalidOperationException($"{nameof(ChooseContext)} goes with {nameof(InfLvgContext)}, not with {cache.Context.GetType().Name}.");
        }
        context.StartScene(cache);
    }
}
