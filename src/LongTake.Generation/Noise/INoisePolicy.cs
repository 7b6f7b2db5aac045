using LongTake.Tensors;

namespace LongTake.Generation.Noise;

/// <summary>Gives the noise that chunks start from and are noised again with. Source: kv-cache-strategies.md 4.2 (noise).</summary>
public interface INoisePolicy
{
    /// <summary>Draws what a chunk starts from.</summary>
    /// <param name="firstFrame">Place of the chunk's first latent frame in the video.</param>
    /// <param name="noise">Takes standard normal numbers [B, n, C, H, W].</param>
    void Initial(long firstFrame, Tensor noise);

    /// <summary>Draws fresh noise for a few-step sampler to noise its estimate with again.</summary>
    /// <param name="firstFrame">Place of the chunk's first latent frame in the video.</param>
    /// <param name="step">Which of the chunk's draws, from 0.</param>
    /// <param name="noise">Takes standard normal numbers [B, n, C, H, W].</param>
    void Renoise(long firstFrame, int step, Tensor noise);
}
