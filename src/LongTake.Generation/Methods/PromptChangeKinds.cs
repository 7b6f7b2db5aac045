using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Methods;

/// <summary>What a change of the prompt does.</summary>
public enum PromptChangeKind
{
    /// <summary>Nothing but change cross-attention.</summary>
    Keep,

    /// <summary>Recompute the context under the new prompt; a sink keeps the old one.</summary>
    Recache,

    /// <summary>Recompute the context under the new prompt, the sink too.</summary>
    RecacheAll,

    /// <summary>Forget all but the sink (without one, the first frame held) and the newest frames, two by default.</summary>
    Flush,
}

/// <summary>The policies behind <see cref="PromptChangeKind"/>.</summary>
internal static class PromptChangeKinds
{
    /// <summary>Refuses to compute a sink anew that no frame, or no frame in order, stands for.</summary>
    /// <exception cref="ArgumentException">The kind is <see cref="PromptChangeKind.RecacheAll"/>.</exception>
    public static void CheckCanRecache(this PromptChangeKind kind, string method, string reason)
    {
        if (kind == PromptChangeKind.RecacheAll)
        {
            throw new ArgumentException(
                $"{method}: prompt-change recache-all conflicts with {reason}; use recache, which leaves the sink alone.");
        }
    }

    /// <summary>Makes the policy.</summary>
    /// <param name="kind">What a change of the prompt does.</param>
    /// <param name="sink">Slots of the sink.</param>
    /// <param name="flushKeep">Newest frames that a flush leaves beside the sink.</param>
    public static IPromptChangePolicy Policy(this PromptChangeKind kind, int sink, int flushKeep = FlushContext.DefaultLast) => kind switch
    {
        PromptChangeKind.Recache => new RecacheContext(sink),
        PromptChangeKind.RecacheAll => new RecacheContext(0),
        PromptChangeKind.Flush => new FlushContext(Math.Max(1, sink), flushKeep),
        _ => new KeepContext(),
    };
}
