using LongTake.Generation.Context;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.PromptChanges;

/// <summary>What becomes of the context where a scene says itself how it begins, rather than leaving it to the method.</summary>
internal static class SceneChangePolicies
{
    /// <summary>The policy of one change of scene.</summary>
    /// <param name="kind">What the scene asks for.</param>
    /// <param name="method">The method.</param>
    /// <param name="run">The run.</param>
    /// <param name="own">The method's own policy, which serves again where it is of that kind.</param>
    /// <param name="context">What the method keeps.</param>
    /// <returns>Null for what the method cannot do.</returns>
    public static IPromptChangePolicy? For(
        SceneChangeKind kind, StreamingMethod method, RunInfo run, IPromptChangePolicy own, IContextPolicy context) => kind switch
        {
            SceneChangeKind.Method or SceneChangeKind.Cut => own,
            SceneChangeKind.Keep or SceneChangeKind.Blend => own as KeepContext ?? new KeepContext(),
            SceneChangeKind.Recache when own is RecacheContext => own,
            SceneChangeKind.Flush when own is FlushContext => own,
            _ when method.SceneChange is not null => method.SceneChange(run, kind),
            _ => Standard(kind, context),
        };

    /// <summary>Recomputing and forgetting are sure to fit contexts that hold whole frames in order; of others it is for the method to say.</summary>
    private static IPromptChangePolicy? Standard(SceneChangeKind kind, IContextPolicy context)
    {
        int? sink = context switch
        {
            SlidingWindowContext window => window.Sink,
            FullContext => 0,
            _ => null,
        };
        return sink is not int frames ? null : kind switch
        {
            SceneChangeKind.Recache => new RecacheContext(frames),
            SceneChangeKind.Flush => new FlushContext(Math.Max(1, frames)),
            _ => null,
        };
    }
}
