using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// The causal video autoencoder of Wan 2.1: frames in [-1, 1] to latents and back, in one pass over a whole clip. Streams of any length go through
/// <see cref="WanVaeStreamingEncoder"/> and <see cref="WanVaeStreamingDecoder"/>, which give exactly the same numbers in constant memory.
/// Source: spec wan-model, section 5.
/// </summary>
/// <param name="config">Sizes.</param>
/// <param name="parameters">All parameters of <see cref="Specs"/>; they stay the caller's.</param>
/// <exception cref="CheckpointException">A parameter is missing or has another shape.</exception>
/// <exception cref="ArgumentException">The configuration does not fit together.</exception>
public sealed class WanVae(WanVaeConfig config, ParameterStore parameters) : IDisposable
{
    /// <summary>The sizes.</summary>
    public WanVaeConfig Config { get; } = config;

    /// <summary>Frames to latents.</summary>
    public WanVaeEncoder Encoder { get; } = new(config, parameters);

    /// <summary>Latents to frames.</summary>
    public WanVaeDecoder Decoder { get; } = new(config, parameters);

    /// <summary>All parameters in original key names and order, with initial values for training.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(WanVaeConfig config) => [.. WanVaeEncoder.Specs(config), .. WanVaeDecoder.Specs(config)];

    /// <inheritdoc cref="WanVaeEncoder.EncodeMoments"/>
    public (Tensor Mean, Tensor LogVariance) EncodeMoments(Compute c, Tensor video) => Encoder.EncodeMoments(c, video);

    /// <inheritdoc cref="WanVaeEncoder.Encode"/>
    public Tensor Encode(Compute c, Tensor video) => Encoder.Encode(c, video);

    /// <inheritdoc cref="WanVaeDecoder.Decode"/>
    public Tensor Decode(Compute c, Tensor latents) => Decoder.Decode(c, latents);

    /// <summary>Frees what the networks made beside their parameters.</summary>
    public void Dispose()
    {
        Encoder.Dispose();
        Decoder.Dispose();
    }
}
