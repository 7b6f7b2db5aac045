namespace LongTake.Generation.PromptChanges;

/// <summary>
/// What a method, or what it keeps, says to a scene that asks for <see cref="SceneChangeKind.Recache"/> or
/// <see cref="SceneChangeKind.Flush"/>: how that is carried out, or why it cannot be.
/// </summary>
public sealed record SceneAnswer
{
    private SceneAnswer(IPromptChangePolicy? policy, string reason)
    {
        Policy = policy;
        Reason = reason;
    }

    /// <summary>Carries it out; null where it is refused.</summary>
    public IPromptChangePolicy? Policy { get; }

    /// <summary>Why it is refused, as the end of a sentence; empty where it is not.</summary>
    public string Reason { get; }

    /// <summary>It is carried out.</summary>
    public static SceneAnswer With(IPromptChangePolicy policy) => new(policy, string.Empty);

    /// <summary>It is refused.</summary>
    /// <param name="reason">The end of a sentence, such as "its averages cannot be computed anew".</param>
    public static SceneAnswer Refuse(string reason) => new(null, reason);

    /// <summary>
    /// Of contexts that hold a sink first and whole frames last: recomputing leaves the sink, and what else no frame stands for, as it is; a
    /// flush leaves the sink, or without one the first frame held, and the newest two.
    /// </summary>
    /// <param name="kind">What the scene asks for.</param>
    /// <param name="sink">First slots of the cache that hold the sink.</param>
    public static SceneAnswer Usual(SceneChangeKind kind, int sink) =>
        With(kind == SceneChangeKind.Recache ? new RecacheContext(sink) : new FlushContext(Math.Max(1, sink)));
}
