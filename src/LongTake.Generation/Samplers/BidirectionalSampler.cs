using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Samplers;

/// <summary>
/// Text to video with a bidirectional transformer: the whole clip at once, every frame attending to every other.
/// Source: wan-model.md 6.7.
/// </summary>
/// <param name="transformer">The network; stays the caller's.</param>
/// <param name="options">Sampler and guidance. Wan 2.1 uses UniPC or DPM-Solver++ with 50 steps and guidance 5 (3 at small sizes).</param>
public sealed class BidirectionalSampler(WanTransformer transformer, SamplerOptions options)
{
    private readonly IChunkSampler _sampler = options.Create();

    /// <summary>Told of every network call (sample, timestep, velocity), for tests.</summary>
    internal NetworkCallObserver? Observer { get; set; }

    /// <summary>Samples a clip.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="noise">Initial noise [B, T, C, H, W].</param>
    /// <param name="redraws">Fresh noise, for samplers that need it.</param>
    /// <param name="prompt">Text features [B, n, text_dim].</param>
    /// <param name="negative">Text features of the negative prompt, with guidance.</param>
    /// <returns>Clean latents [B, T, C, H, W].</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or guidance lacks its negative prompt.</exception>
    public Tensor Sample(Compute compute, Tensor noise, INoisePolicy redraws, Tensor prompt, Tensor? negative = null)
    {
        Shape s = noise.Shape;
        using FullAttention attention = new(transformer.Rotary, transformer.Config.GridOf(s[1], s[3], s[4]));
        using GuidedNetwork network = new(compute, transformer, attention, options.Guidance) { Observer = Observer };
        network.SetPrompt(prompt, negative);
        Tensor x = noise.Clone();
        _sampler.Denoise(network, redraws, 0, x);
        return x;
    }
}
