using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Turns latents into frames: the first latent gives one frame, every other <see cref="WanVaeConfig.TemporalFactor"/>.
/// Source: spec wan-model, section 5.
/// </summary>
public sealed class WanVaeDecoder : IDisposable
{
    private readonly ChannelScale _denormalise;
    private readonly Tensor _latentWeight;
    private readonly Tensor _latentBias;
    private readonly CausalConvolution _conv1;
    private readonly IVaeLayer[][] _stages;
    private readonly Tensor _gamma;
    private readonly CausalConvolution _head;

    /// <summary>Makes the decoder over parameters that stay the caller's.</summary>
    /// <exception cref="CheckpointException">A parameter is missing or has another shape.</exception>
    /// <exception cref="ArgumentException">The configuration does not fit together.</exception>
    public WanVaeDecoder(WanVaeConfig config, ParameterStore parameters)
    {
        config.Validate();
        Config = config;
        VaeBuilder builder = new(parameters, Specs(config));
        _latentWeight = builder.Parameter("conv2.weight");
        _latentBias = builder.Parameter("conv2.bias");
        _conv1 = builder.Causal("decoder.conv1");
        int middle = VaeLayout.Middle(config);
        List<List<IVaeLayer>> stages =
        [
            [
                builder.Block(new VaeBlock(VaeBlockKind.Residual, "decoder.middle.0", middle, middle)),
                new VaeAttentionBlock(builder, "decoder.middle.1"),
                builder.Block(new VaeBlock(VaeBlockKind.Residual, "decoder.middle.2", middle, middle)),
            ],
        ];
        foreach (VaeBlock block in VaeLayout.Decoder(config))
        {
            stages[^1].Add(builder.Block(block));
            if (block.Kind != VaeBlockKind.Residual)
            {
                stages.Add([]);
            }
        }
        _stages = [.. stages.Select(s => s.ToArray())];
        _gamma = builder.Parameter("decoder.head.0.gamma");
        _head = builder.Causal("decoder.head.2");
        Slots = builder.Slots;
        _denormalise = new ChannelScale(
            [.. Enumerable.Range(0, config.ZDim).Select(config.DeviationOf)], [.. Enumerable.Range(0, config.ZDim).Select(config.MeanOf)]);
    }

    /// <summary>The sizes.</summary>
    public WanVaeConfig Config { get; }

    /// <summary>Slots of the feature cache that a stream needs.</summary>
    internal int Slots { get; }

    /// <summary>Parts that end with a growing frame; the last is followed by the head.</summary>
    internal int StageCount => _stages.Length;

    /// <summary>The decoder's parameters in original key names, with initial values for training.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(WanVaeConfig config) => VaeSpecs.Decoder(config);

    /// <summary>Decodes a clip as one sequence; differentiable.</summary>
    /// <param name="c">Where to compute.</param>
    /// <param name="latents">[B, z, T, h, w], normalised.</param>
    /// <returns>[B, 3, F, H, W] with F = 1 + factor * (T - 1); nominally in [-1, 1], not clamped.</returns>
    /// <exception cref="ArgumentException">The latents have another shape.</exception>
    public Tensor Decode(Compute c, Tensor latents)
    {
        using OperationScope scope = c.Scope();
        Tensor x = Begin(c, latents, null);
        for (int stage = 0; stage < StageCount; stage++)
        {
            Tensor y = Stage(c, stage, x, null);
            VaeMemory.Free(c, x);
            x = y;
        }
        return scope.Keep(x);
    }

    /// <summary>Frees what the decoder made beside its parameters.</summary>
    public void Dispose() => _denormalise.Dispose();

    /// <summary>From normalised latents to the first stage's input.</summary>
    internal Tensor Begin(Compute c, Tensor latents, VaeFeatureCache? cache)
    {
        if (latents.Rank != 5 || latents.Shape[1] != Config.ZDim || latents.Count == 0)
        {
            throw new ArgumentException($"The autoencoder decodes latents [B, {Config.ZDim}, T, h, w], not {latents.Shape}.", nameof(latents));
        }
        using OperationScope scope = c.Scope();
        return scope.Keep(_conv1.Forward(c, c.Conv3d(_denormalise.Apply(c, latents), _latentWeight, _latentBias), cache));
    }

    /// <summary>One stage; the last gives frames.</summary>
    internal Tensor Stage(Compute c, int stage, Tensor x, VaeFeatureCache? cache)
    {
        using OperationScope scope = c.Scope();
        Tensor y = x;
        foreach (IVaeLayer block in _stages[stage])
        {
            Tensor next = block.Forward(c, y, cache);
            if (y != x)
            {
                VaeMemory.Free(c, y);
            }
            y = next;
        }
        if (stage == StageCount - 1)
        {
            y = VaeMemory.Then(c, c.ChannelRmsNorm(y, _gamma, silu: true), _head, cache);
        }
        return scope.Keep(y);
    }
}
