using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Turns frames into latents. The first frame gives a latent by itself, every <see cref="WanVaeConfig.TemporalFactor"/> frames after it another.
/// Source: spec wan-model, section 5.
/// </summary>
public sealed class WanVaeEncoder : IDisposable
{
    private readonly CausalConvolution _conv1;
    private readonly IVaeLayer[] _blocks;
    private readonly Tensor _gamma;
    private readonly CausalConvolution _head;
    private readonly Tensor _momentsWeight;
    private readonly Tensor _momentsBias;
    private readonly ChannelScale _normalise;

    /// <summary>Makes the encoder over parameters that stay the caller's.</summary>
    /// <exception cref="CheckpointException">A parameter is missing or has another shape.</exception>
    /// <exception cref="ArgumentException">The configuration does not fit together.</exception>
    public WanVaeEncoder(WanVaeConfig config, ParameterStore parameters)
    {
        config.Validate();
        Config = config;
        VaeBuilder builder = new(parameters, Specs(config));
        _conv1 = builder.Causal("encoder.conv1");
        int middle = VaeLayout.Middle(config);
        _blocks =
        [
            .. VaeLayout.Encoder(config).Select(builder.Block),
            builder.Block(new VaeBlock(VaeBlockKind.Residual, "encoder.middle.0", middle, middle)),
            new VaeAttentionBlock(builder, "encoder.middle.1"),
            builder.Block(new VaeBlock(VaeBlockKind.Residual, "encoder.middle.2", middle, middle)),
        ];
        _gamma = builder.Parameter("encoder.head.0.gamma");
        _head = builder.Causal("encoder.head.2");
        _momentsWeight = builder.Parameter("conv1.weight");
        _momentsBias = builder.Parameter("conv1.bias");
        Slots = builder.Slots;
        float[] scale = [.. Enumerable.Range(0, config.ZDim).Select(i => 1f / config.DeviationOf(i))];
        _normalise = new ChannelScale(scale, [.. Enumerable.Range(0, config.ZDim).Select(i => -config.MeanOf(i) * scale[i])]);
    }

    /// <summary>The sizes.</summary>
    public WanVaeConfig Config { get; }

    /// <summary>Slots of the feature cache that a stream needs.</summary>
    internal int Slots { get; }

    /// <summary>The encoder's parameters in original key names, with initial values for training.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(WanVaeConfig config) => VaeSpecs.Encoder(config);

    /// <summary>Encodes a clip as one sequence; differentiable.</summary>
    /// <param name="c">Where to compute.</param>
    /// <param name="video">[B, 3, F, H, W] in [-1, 1]; H and W are multiples of <see cref="WanVaeConfig.SpatialFactor"/>. Frames beyond the last whole group are dropped.</param>
    /// <returns>Mean and log-variance of the latents as the network gives them (not normalised), [B, z, T, h, w] each.</returns>
    /// <exception cref="ArgumentException">The video has another shape.</exception>
    public (Tensor Mean, Tensor LogVariance) EncodeMoments(Compute c, Tensor video)
    {
        Tensor moments = Moments(c, WholeGroups(c, video), null);
        return (c.Slice(moments, 1, 0, Config.ZDim), c.Slice(moments, 1, Config.ZDim, Config.ZDim));
    }

    /// <summary>Encodes a clip to normalised latents, (mean - latents_mean) / latents_std: what the transformer works on. Differentiable.</summary>
    /// <returns>[B, z, T, h, w].</returns>
    /// <inheritdoc cref="EncodeMoments"/>
    public Tensor Encode(Compute c, Tensor video)
    {
        using OperationScope scope = c.Scope();
        return scope.Keep(Normalised(c, Moments(c, WholeGroups(c, video), null)));
    }

    /// <summary>Frees what the encoder made beside its parameters.</summary>
    public void Dispose() => _normalise.Dispose();

    internal Tensor Normalised(Compute c, Tensor moments) => _normalise.Apply(c, c.Slice(moments, 1, 0, Config.ZDim));

    /// <summary>Checks a clip, or the next frames of a stream.</summary>
    internal void Check(Tensor video)
    {
        int factor = Config.SpatialFactor;
        if (video.Rank != 5 || video.Shape[1] != 3 || video.Shape[3] % factor != 0 || video.Shape[4] % factor != 0 || video.Count == 0)
        {
            throw new ArgumentException(
                $"The autoencoder encodes videos [B, 3, F, H, W] with height and width multiples of {factor}, not {video.Shape}.", nameof(video));
        }
    }

    internal Tensor Moments(Compute c, Tensor video, VaeFeatureCache? cache)
    {
        using OperationScope scope = c.Scope();
        Tensor x = _conv1.Forward(c, video, cache);
        foreach (IVaeLayer block in _blocks)
        {
            Tensor y = block.Forward(c, x, cache);
            VaeMemory.Free(c, x);
            x = y;
        }
        x = VaeMemory.Then(c, c.ChannelRmsNorm(x, _gamma, silu: true), _head, cache);
        return scope.Keep(c.Conv3d(x, _momentsWeight, _momentsBias));
    }

    private Tensor WholeGroups(Compute c, Tensor video)
    {
        Check(video);
        int frames = Config.PixelFrames(Config.LatentFrames(video.Shape[2]));
        return frames == video.Shape[2] ? video : c.Slice(video, 2, 0, frames);
    }
}
