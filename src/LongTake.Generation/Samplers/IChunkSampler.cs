using LongTake.Generation.Noise;
using LongTake.Tensors;

namespace LongTake.Generation.Samplers;

/// <summary>The network as a sampler sees it, with prompt, context and guidance inside.</summary>
public interface IVelocityField
{
    /// <summary>Predicts noise minus clean sample.</summary>
    /// <param name="x">Noisy latents [B, n, C, H, W].</param>
    /// <param name="timestep">1000 sigma, as the network was trained to read it.</param>
    /// <param name="velocity">Takes the result; the shape of <paramref name="x"/>.</param>
    void Velocity(Tensor x, float timestep, Tensor velocity);
}

/// <summary>Turns the noise of one chunk into clean latents.</summary>
public interface IChunkSampler
{
    /// <summary>Network evaluations a chunk.</summary>
    int Evaluations { get; }

    /// <summary>Draws of fresh noise a chunk, beside the initial one.</summary>
    int Redraws { get; }

    /// <summary>Denoises in place.</summary>
    /// <param name="network">The network.</param>
    /// <param name="noise">Fresh noise, if the sampler needs any.</param>
    /// <param name="firstFrame">Place of the chunk's first latent frame in the video.</param>
    /// <param name="x">Noise [B, n, C, H, W]; becomes the clean latents.</param>
    void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x);
}
