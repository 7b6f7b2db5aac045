using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Vision.Faces;

/// <summary>
/// IResNet with the weights of ArcFace: turns an aligned face into an embedding whose cosine with that of another face says whether the two
/// are of one person. Inference only; not thread-safe. Source: spec metric-models, section 9; rewards-and-grpo, A5.
/// </summary>
public sealed partial class FaceNetwork : IDisposable
{
    private static readonly Conv3dOptions s_halving = new() { StrideHeight = 2, StrideWidth = 2 };
    private static readonly Conv3dOptions s_halving3 = Conv3dOptions.Same3 with { StrideHeight = 2, StrideWidth = 2 };

    private readonly List<Tensor> _owned = [];
    private readonly (Tensor Weight, Tensor Bias) _first;
    private readonly Tensor _firstSlope;
    private readonly List<Block> _blocks = [];
    private readonly (Tensor Weight, Tensor Bias) _last;

    /// <summary>Builds the network from parameters, of which it makes copies.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="parameters">Exactly the tensors of <see cref="Specs"/>.</param>
    /// <exception cref="ArgumentException">A parameter is missing, unknown or of another shape.</exception>
    public FaceNetwork(FaceNetworkConfig config, ParameterStore parameters)
    {
        using Encoders.ParameterReader check = new(parameters, Specs(config), config.Name);
        Config = config;
        FoldedNorms norms = new(parameters, config.Eps);
        _first = Own(norms.Convolution("conv1", "bn1"));
        _firstSlope = Own(norms.Single("prelu.weight"));
        for (int stage = 0; stage < FaceNetworkConfig.StageCount; stage++)
        {
            for (int i = 0; i < config.Blocks[stage]; i++)
            {
                string name = BlockName(stage, i);
                (double[] scale, double[] shift) = norms.Of(name + "bn1");
                _blocks.Add(new Block(
                    Own(FoldedNorms.Vector(scale)),
                    Own(FoldedNorms.Vector(shift)),
                    Own(norms.Convolution(name + "conv1", name + "bn2")),
                    Own(norms.Single(name + "prelu.weight")),
                    Own(norms.Convolution(name + "conv2", name + "bn3")),
                    i == 0 ? Own(norms.Convolution(name + "downsample.0", name + "downsample.1")) : null));
            }
        }
        _last = Own(norms.Linear("bn2", "fc", "features"));
    }

    /// <summary>The sizes.</summary>
    public FaceNetworkConfig Config { get; }

    /// <summary>Encodes faces.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="faces">[B, 3, <see cref="FaceNetworkConfig.ImageSize"/> squared], aligned; red, green, blue in -1..1 ((v - 127.5) / 127.5).</param>
    /// <returns>[B, <see cref="FaceNetworkConfig.EmbeddingDim"/>], not normalised.</returns>
    /// <exception cref="ArgumentException">The faces are of another shape.</exception>
    public Tensor Encode(Compute compute, Tensor faces)
    {
        int size = Config.ImageSize;
        if (faces.Rank != 4 || faces.Shape[0] == 0 || faces.Shape != Shape.Create([faces.Shape[0], 3, size, size]))
        {
            throw new ArgumentException($"{Config.Name} takes faces [B, 3, {size}, {size}], not {faces.Shape}.", nameof(faces));
        }
        using OperationScope scope = compute.Scope();
        int batch = faces.Shape[0];
        Tensor x = compute.Reshape(faces, [batch, 3, 1, size, size]);
        x = compute.Conv2d(x, _first.Weight, _first.Bias, Conv3dOptions.Same3);
        x = compute.ChannelAffine(x, null, null, _firstSlope);
        foreach (Block block in _blocks)
        {
            x = block.Forward(compute, x);
        }
        return scope.Keep(compute.Linear(compute.Reshape(x, [batch, (int)(x.Count / batch)]), _last.Weight, _last.Bias));
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _owned)
        {
            tensor.Dispose();
        }
        _owned.Clear();
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor);
        return tensor;
    }

    private (Tensor Weight, Tensor Bias) Own((Tensor Weight, Tensor Bias) layer) => (Own(layer.Weight), Own(layer.Bias));

    /// <summary>
    /// x + bn3(conv2(prelu(bn2(conv1(bn1 x))))), with nothing after the sum. The first norm stays by itself: the convolution behind it pads
    /// with zeros, which a shift folded into it would not be.
    /// </summary>
    private sealed record Block(
        Tensor Scale, Tensor Shift, (Tensor Weight, Tensor Bias) First, Tensor Slope, (Tensor Weight, Tensor Bias) Second, (Tensor Weight, Tensor Bias)? Shortcut)
    {
        public Tensor Forward(Compute compute, Tensor x)
        {
            using OperationScope scope = compute.Scope();
            Tensor y = compute.ChannelAffine(x, Scale, Shift, null);
            y = compute.Conv2d(y, First.Weight, First.Bias, Conv3dOptions.Same3);
            y = compute.ChannelAffine(y, null, null, Slope);
            Tensor shortcut = Shortcut is (Tensor weight, Tensor bias) ? compute.Conv2d(x, weight, bias, s_halving) : x;
            return scope.Keep(compute.Conv2d(y, Second.Weight, Second.Bias, Shortcut is null ? Conv3dOptions.Same3 : s_halving3, shortcut));
        }
    }
}
