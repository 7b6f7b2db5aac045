namespace LongTake.Generation.PromptChanges;

/// <summary>Ways in which a scene can take over from the one before.</summary>
public enum SceneChangeKind
{
    /// <summary>The method's own way (<see cref="Streaming.StreamingMethod.PromptChange"/>).</summary>
    Method,

    /// <summary>The context stays as it is: the new prompt acts through cross-attention alone.</summary>
    Keep,

    /// <summary>The context is computed anew under the new prompt.</summary>
    Recache,

    /// <summary>All but the first and the newest frames are forgotten.</summary>
    Flush,

    /// <summary>The method's own way, and the first chunk does not continue the scene before (relative positions only).</summary>
    Cut,

    /// <summary>The text features go over from the old prompt's to the new one's in several chunks; the context stays as it is.</summary>
    Blend,
}
