using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>The prompts of a story by latent frame; the steps of a blend are prompts of their own.</summary>
internal sealed class PromptSteps
{
    private readonly List<(long Start, int Scene, double Share)> _steps = [];

    /// <summary>Lays a story out.</summary>
    /// <param name="timeline">When scenes take effect.</param>
    /// <param name="chunkFrames">Latent frames of a chunk.</param>
    public PromptSteps(StoryTimeline timeline, int chunkFrames)
    {
        for (int i = 0; i < timeline.Entries.Count; i++)
        {
            TimelineEntry entry = timeline.Entries[i];
            for (int step = 1; step < entry.BlendChunks; step++)
            {
                _steps.Add(((entry.Chunk + step - 1) * chunkFrames, i, (double)step / entry.BlendChunks));
            }
            _steps.Add(((entry.Chunk + Math.Max(0, entry.BlendChunks - 1)) * chunkFrames, i, 1));
        }
    }

    /// <summary>The latent frame that each prompt begins with.</summary>
    public IReadOnlyList<long> Starts => [.. _steps.Select(s => s.Start)];

    /// <summary>The scene that the prompt of a latent frame belongs to.</summary>
    public int SceneAt(long latent) => _steps.Last(s => s.Start <= latent).Scene;

    /// <summary>Features of each prompt, made from those of the scenes; the caller's, but for those of whole scenes, which are the scenes' own.</summary>
    /// <param name="scenes">Features of each scene's prompt [1, n, text_dim].</param>
    public Tensor[] Features(IReadOnlyList<Tensor> scenes) =>
        [.. _steps.Select(s => s.Share < 1
            ? TensorScope.Detach(PromptBlend.Between(scenes[s.Scene - 1], scenes[s.Scene], s.Share))
            : scenes[s.Scene])];
}
