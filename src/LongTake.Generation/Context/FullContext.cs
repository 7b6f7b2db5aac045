using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Context;

/// <summary>Keeps everything; memory grows with the length of the video, which must be known.</summary>
/// <param name="frames">Latent frames of the whole video.</param>
public sealed class FullContext(int frames) : IContextPolicy
{
    /// <inheritdoc/>
    public int Capacity { get; } = frames >= 1
        ? frames
        : throw new ArgumentException($"A video of {frames} latent frames has no context to keep; give its length.", nameof(frames));

    /// <inheritdoc/>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, 0);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        if (held.Length + incoming > Capacity)
        {
            throw new InvalidOperationException(
                $"Full context was planned for {Capacity} latent frames and the video goes on after them; " +
                "plan for its whole length or use a window.");
        }
    }
}
