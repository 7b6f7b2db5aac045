using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Methods.SlidingWindow;

/// <summary>Makes the policy that a setting names.</summary>
internal static class PromptChangeKinds
{
    /// <summary>The policy, for a cache whose first <paramref name="sink"/> frames are its sink.</summary>
    public static IPromptChangePolicy Policy(this PromptChangeKind kind, int sink) => kind switch
    {
        PromptChangeKind.Recache => new RecacheContext(sink),
        PromptChangeKind.RecacheAll => new RecacheContext(0),
        PromptChangeKind.Flush => new FlushContext(),
        _ => new KeepContext(),
    };
}
