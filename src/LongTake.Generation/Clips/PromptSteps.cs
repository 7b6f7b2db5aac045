using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>The prompts of a story by latent frame; the steps of a blend are prompts of their own.</summary>
internal sealed class PromptSteps
{
    // A share of a scene may come out a rounding error below a whole number of latents.
    private const double Rounding = 1e-9;

    private readonly List<(long Start, int Scene, double Share)> _steps = [];
    private readonly long[] _sceneStarts;

    /// <summary>Lays a story out.</summary>
    /// <param name="timeline">When scenes take effect.</param>
    /// <param name="chunkFrames">Latent frames of a chunk.</param>
    /// <param name="sceneBlend">
    /// How scenes take over that do not say it themselves: share of a scene, at each end that borders on another, over which prompts go over into each
    /// other (<see cref="ClipMethod.SceneBlend"/>).
    /// </param>
    public PromptSteps(StoryTimeline timeline, int chunkFrames, double sceneBlend = 0)
    {
        _sceneStarts = [.. timeline.Entries.Select(e => e.Chunk * chunkFrames)];
        for (int i = 0; i < timeline.Entries.Count; i++)
        {
            TimelineEntry entry = timeline.Entries[i];
            if (i > 0 && sceneBlend > 0 && entry.Scene.Change.Kind == SceneChangeKind.Method && entry.End is long end)
            {
                BlendAround(i, end * chunkFrames, sceneBlend);
                continue;
            }
            for (int step = 1; step < entry.BlendChunks; step++)
            {
                _steps.Add(((entry.Chunk + step - 1) * chunkFrames, i, (double)step / entry.BlendChunks));
            }
            _steps.Add(((entry.Chunk + Math.Max(0, entry.BlendChunks - 1)) * chunkFrames, i, 1));
        }
    }

    /// <summary>The latent frame that each prompt begins with.</summary>
    public IReadOnlyList<long> Starts => [.. _steps.Select(s => s.Start)];

    /// <summary>The scene that a latent frame belongs to.</summary>
    public int SceneAt(long latent) => Array.FindLastIndex(_sceneStarts, start => start <= latent);

    /// <summary>Features of each prompt, made from those of the scenes; the caller's, but for those of whole scenes, which are the scenes' own.</summary>
    /// <param name="scenes">Features of each scene's prompt [1, n, text_dim].</param>
    public Tensor[] Features(IReadOnlyList<Tensor> scenes) =>
        [.. _steps.Select(s => s.Share < 1
            ? TensorScope.Detach(PromptBlend.Between(scenes[s.Scene - 1], scenes[s.Scene], s.Share))
            : scenes[s.Scene])];

    /// <summary>A blend with a latent a step, over the last part of the scene before and the first part of a scene.</summary>
    private void BlendAround(int scene, long end, double share)
    {
        long start = _sceneStarts[scene];
        long before = _sceneStarts[scene - 1];

        // Not before the scene before is under its own prompt.
        long from = Math.Max(_steps[^1].Start, before + Unblended(start - before, share));
        long to = end - Unblended(end - start, share);
        for (long latent = from; latent < to; latent++)
        {
            _steps.Add((latent, scene, (latent - from + 1.0) / (to - from + 1)));
        }
        _steps.Add((to, scene, 1));
    }

    private static long Unblended(long latents, double share) => (long)Math.Floor(((1 - share) * latents) + Rounding);
}
