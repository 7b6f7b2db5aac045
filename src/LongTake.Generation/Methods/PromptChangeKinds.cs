using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Methods;

/// <summary>The policies behind <see cref="PromptChangeKind"/> for methods that make something of several frames.</summary>
internal static class PromptChangeKinds
{
    // The newest frames that a flush leaves beside the sink.
    private const int FlushKeep = 2;

    /// <summary>Refuses to compute a sink anew that no frame, or no frame in order, stands for.</summary>
    /// <exception cref="ArgumentException">The kind is <see cref="PromptChangeKind.RecacheAll"/>.</exception>
    public static void CheckCanRecache(this PromptChangeKind kind, string method, string reason)
    {
        if (kind == PromptChangeKind.RecacheAll)
        {
            throw new ArgumentException($"{method}: prompt-change recache-all conflicts with {reason}; use recache, which leaves the sink alone.");
        }
    }

    /// <summary>Makes the policy.</summary>
    /// <param name="kind">What a change of the prompt does.</param>
    /// <param name="sink">Slots of the sink.</param>
    public static IPromptChangePolicy Policy(this PromptChangeKind kind, int sink) => kind switch
    {
        PromptChangeKind.Recache => new RecacheContext(sink),
        PromptChangeKind.RecacheAll => new RecacheContext(0),
        PromptChangeKind.Flush => new FlushContext(sink, FlushKeep),
        _ => new KeepContext(),
    };
}
