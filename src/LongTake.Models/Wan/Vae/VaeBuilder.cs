using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan.Vae;

/// <summary>Takes parameters out of a store, checked against their specification, and numbers the slots of the feature cache in order of execution.</summary>
internal sealed class VaeBuilder(ParameterStore store, IEnumerable<ParameterSpec> specs)
{
    private readonly Dictionary<string, Shape> _shapes = specs.ToDictionary(s => s.Name, s => s.Shape);

    /// <summary>Slots given out so far.</summary>
    public int Slots { get; private set; }

    public int NextSlot() => Slots++;

    /// <summary>A parameter.</summary>
    /// <exception cref="CheckpointException">It is missing or has another shape.</exception>
    public Tensor Parameter(string name)
    {
        Shape shape = _shapes[name];
        if (!store.TryGet(name, out Tensor? tensor))
        {
            throw new CheckpointException($"The autoencoder lacks the parameter '{name}' {shape}; is this a Wan VAE checkpoint in the original key names?");
        }
        if (tensor.Shape != shape)
        {
            throw new CheckpointException($"The autoencoder's parameter '{name}' has shape {tensor.Shape}; the configuration wants {shape}.");
        }
        return tensor;
    }

    public CausalConvolution Causal(string name) => new(Parameter(name + ".weight"), Parameter(name + ".bias"), NextSlot());

    public IVaeLayer Block(VaeBlock block) => block.Kind switch
    {
        VaeBlockKind.Residual => new VaeResidualBlock(this, block),
        VaeBlockKind.DownSpace or VaeBlockKind.DownSpaceTime => new VaeDownsample(this, block),
        _ => new VaeUpsample(this, block),
    };
}

/// <summary>A part of the autoencoder. Without a cache it takes a whole clip and is differentiable, with one it takes the next frames of a stream.</summary>
internal interface IVaeLayer
{
    /// <summary>[B, C, T, H, W] to [B, C', T', H', W'].</summary>
    Tensor Forward(Compute c, Tensor x, VaeFeatureCache? cache);
}

/// <summary>A 3x3x3 convolution that sees two frames back.</summary>
internal sealed class CausalConvolution(Tensor weight, Tensor bias, int slot)
{
    public Tensor Forward(Compute c, Tensor x, VaeFeatureCache? cache, Tensor? residual = null) => cache is null
        ? c.Conv3d(x, weight, bias, Conv3dOptions.Causal3, residual)
        : c.StreamConv3d(x, weight, bias, cache.History(slot, x.Shape.With(2, 2)), Conv3dOptions.Causal3, residual);
}
