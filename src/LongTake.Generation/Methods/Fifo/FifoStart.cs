using LongTake.Generation.Clips;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.Fifo;

/// <summary>What a queue of FIFO-Diffusion begins as: noised copies of a clip's first latent, and the clip. Source: fifo-and-sliding-window.md 2.4.</summary>
internal static class FifoStart
{
    /// <summary>Fills an empty queue: prefix, then element i at level T-1-i, a noised copy of latent max(0, i - (T - f)) of the clip.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="clip">The clip, clean.</param>
    /// <param name="run">Seed and sizes.</param>
    /// <param name="prefix">Finished latents before the queue's head.</param>
    /// <param name="steps">Levels T.</param>
    public static void Fill(LatentQueue queue, ClipSampler clip, ClipRunInfo run, int prefix, int steps)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor noise = Tensor.Empty([run.LatentSize]);
        int warmUp = steps - clip.Frames;
        for (int i = -prefix; i < steps; i++)
        {
            int level = i < 0 ? steps : steps - 1 - i;
            Span<float> latent = queue.Push(i - warmUp, level);
            clip.Sample(Math.Max(0, i - warmUp)).CopyTo(latent);
            if (i >= 0)
            {
                ClipNoise.Renoise(run.Seed, i, noise.Span);
                queue.Renoise(prefix + i, level, noise.Span);
            }
        }
    }
}
