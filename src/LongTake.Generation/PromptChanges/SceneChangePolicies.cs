using LongTake.Generation.Context;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.PromptChanges;

/// <summary>What becomes of the context where a scene says itself how it begins, rather than leaving it to the method.</summary>
internal static class SceneChangePolicies
{
    /// <summary>The policy of one change of scene, or why there is none.</summary>
    /// <param name="kind">What the scene asks for.</param>
    /// <param name="method">The method.</param>
    /// <param name="run">The run.</param>
    /// <param name="own">The method's own policy, which serves again where it is of that kind.</param>
    /// <param name="context">What the method keeps.</param>
    public static SceneAnswer For(
        SceneChangeKind kind, StreamingMethod method, RunInfo run, IPromptChangePolicy own, IContextPolicy context) => kind switch
        {
            SceneChangeKind.Method or SceneChangeKind.Cut => SceneAnswer.With(own),
            SceneChangeKind.Keep or SceneChangeKind.Blend => SceneAnswer.With(own as KeepContext ?? new KeepContext()),
            SceneChangeKind.Recache when own is RecacheContext => SceneAnswer.With(own),
            SceneChangeKind.Flush when own is FlushContext => SceneAnswer.With(own),
            _ => method.SceneChange?.Invoke(run, kind) ?? context.Answer(kind),
        };
}
