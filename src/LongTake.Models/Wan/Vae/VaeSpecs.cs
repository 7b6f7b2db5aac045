using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Parameters of the autoencoder with their initial values. Convolutions start Glorot-uniform without bias; the last one of
/// every residual branch and of each head starts small, so that the network begins near the identity along its shortcuts and near zero at its output.
/// </summary>
internal sealed class VaeSpecs
{
    private const float BranchScale = 0.3f;
    private const float HeadScale = 0.3f;

    private readonly List<ParameterSpec> _list = [];

    public static IReadOnlyList<ParameterSpec> Encoder(WanVaeConfig config)
    {
        VaeSpecs specs = new();
        specs.AddNetwork(
            "encoder", 3, VaeLayout.EncoderStart(config), VaeLayout.Encoder(config), [], VaeLayout.Middle(config), VaeLayout.Middle(config), 2 * config.ZDim);
        specs.Convolution("conv1", [2 * config.ZDim, 2 * config.ZDim, 1, 1, 1]);
        return specs._list;
    }

    public static IReadOnlyList<ParameterSpec> Decoder(WanVaeConfig config)
    {
        VaeSpecs specs = new();
        specs.Convolution("conv2", [config.ZDim, config.ZDim, 1, 1, 1]);
        specs.AddNetwork(
            "decoder", config.ZDim, VaeLayout.Middle(config), [], VaeLayout.Decoder(config), VaeLayout.Middle(config), VaeLayout.DecoderEnd(config), 3);
        return specs._list;
    }

    private void AddNetwork(
        string name, int channels, int start, IReadOnlyList<VaeBlock> before, IReadOnlyList<VaeBlock> after, int middle, int end, int result)
    {
        Convolution($"{name}.conv1", [start, channels, 3, 3, 3]);
        AddBlocks(before);
        Residual($"{name}.middle.0", middle, middle);
        Attention($"{name}.middle.1", middle);
        Residual($"{name}.middle.2", middle, middle);
        AddBlocks(after);
        Gamma($"{name}.head.0.gamma", [end, 1, 1, 1]);
        Convolution($"{name}.head.2", [result, end, 3, 3, 3], HeadScale);
    }

    private void AddBlocks(IReadOnlyList<VaeBlock> blocks)
    {
        foreach (VaeBlock block in blocks)
        {
            if (block.Kind == VaeBlockKind.Residual)
            {
                Residual(block.Name, block.In, block.Out);
                continue;
            }
            Convolution($"{block.Name}.resample.1", [block.Out, block.In, 3, 3]);
            if (block.Kind is VaeBlockKind.DownSpaceTime or VaeBlockKind.UpSpaceTime)
            {
                int factor = block.Kind == VaeBlockKind.UpSpaceTime ? 2 : 1;
                Convolution($"{block.Name}.time_conv", [factor * block.In, block.In, 3, 1, 1]);
            }
        }
    }

    private void Residual(string name, int width, int outWidth)
    {
        Gamma($"{name}.residual.0.gamma", [width, 1, 1, 1]);
        Convolution($"{name}.residual.2", [outWidth, width, 3, 3, 3]);
        Gamma($"{name}.residual.3.gamma", [outWidth, 1, 1, 1]);
        Convolution($"{name}.residual.6", [outWidth, outWidth, 3, 3, 3], BranchScale);
        if (width != outWidth)
        {
            Convolution($"{name}.shortcut", [outWidth, width, 1, 1, 1]);
        }
    }

    private void Attention(string name, int width)
    {
        Gamma($"{name}.norm.gamma", [width, 1, 1]);
        Convolution($"{name}.to_qkv", [3 * width, width, 1, 1]);
        Convolution($"{name}.proj", [width, width, 1, 1], BranchScale);
    }

    private void Gamma(string name, Shape shape) => _list.Add(new ParameterSpec(name, shape, ParameterInit.Ones));

    private void Convolution(string name, Shape weight, float scale = 1f)
    {
        _list.Add(new ParameterSpec($"{name}.weight", weight, ParameterInit.XavierUniform, scale));
        _list.Add(new ParameterSpec($"{name}.bias", [weight[0]]));
    }
}
