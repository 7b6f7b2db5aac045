namespace LongTake.Generation.Stories;

/// <summary>When a scene takes effect.</summary>
/// <param name="Chunk">The first chunk under its prompt.</param>
/// <param name="Scene">The scene.</param>
public sealed record TimelineEntry(long Chunk, Scene Scene)
{
    /// <summary>The chunk that the next scene starts with, or the video's number of chunks; null if there is no end.</summary>
    public long? End { get; init; }

    /// <summary>
    /// First chunks of the scene over which the text features go over from the prompt before: of N, chunk j (from 1) has j/N of the new
    /// prompt. 0 if they change at once.
    /// </summary>
    public int BlendChunks { get; init; }

    /// <summary>Where the scene starts and how it takes over: "chunk 8" or "chunk 8, blend over 4 chunks".</summary>
    public string Describe() => FormattableString.Invariant($"chunk {Chunk}") + (BlendChunks > 0
        ? FormattableString.Invariant($", blend over {BlendChunks} chunk{(BlendChunks == 1 ? "" : "s")}")
        : Scene.Change == SceneChange.Method ? string.Empty : $", {Scene.Change}");
}
