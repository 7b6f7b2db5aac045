using LongTake.Tensors;

namespace LongTake.Models.Wan.Vae;

/// <summary>conv(SiLU(norm(conv(SiLU(norm(x)))))) + x, with a 1x1x1 convolution on the shortcut where the width changes.</summary>
internal sealed class VaeResidualBlock : IVaeLayer
{
    private readonly Tensor _gamma1;
    private readonly CausalConvolution _conv1;
    private readonly Tensor _gamma2;
    private readonly CausalConvolution _conv2;
    private readonly Tensor? _shortcutWeight;
    private readonly Tensor? _shortcutBias;

    public VaeResidualBlock(VaeBuilder builder, VaeBlock block)
    {
        _gamma1 = builder.Parameter($"{block.Name}.residual.0.gamma");
        _conv1 = builder.Causal($"{block.Name}.residual.2");
        _gamma2 = builder.Parameter($"{block.Name}.residual.3.gamma");
        _conv2 = builder.Causal($"{block.Name}.residual.6");
        if (block.In != block.Out)
        {
            _shortcutWeight = builder.Parameter($"{block.Name}.shortcut.weight");
            _shortcutBias = builder.Parameter($"{block.Name}.shortcut.bias");
        }
    }

    public Tensor Forward(Compute c, Tensor x, VaeFeatureCache? cache)
    {
        using OperationScope scope = c.Scope();
        Tensor shortcut = _shortcutWeight is null ? x : c.Conv3d(x, _shortcutWeight, _shortcutBias);
        Tensor y = VaeMemory.Then(c, c.ChannelRmsNorm(x, _gamma1, silu: true), _conv1, cache);
        Tensor normed = c.ChannelRmsNorm(y, _gamma2, silu: true);
        VaeMemory.Free(c, y);
        return scope.Keep(_conv2.Forward(c, normed, cache, shortcut));
    }
}

/// <summary>Gives intermediates back before their scope ends: at full size one of them is hundreds of megabytes.</summary>
internal static class VaeMemory
{
    /// <summary>Frees a tensor, unless a tape needs it.</summary>
    public static void Free(Compute c, Tensor x)
    {
        if (!c.IsRecording)
        {
            x.Dispose();
        }
    }

    /// <summary>Convolves and frees the input.</summary>
    public static Tensor Then(Compute c, Tensor x, CausalConvolution convolution, VaeFeatureCache? cache)
    {
        Tensor y = convolution.Forward(c, x, cache);
        Free(c, x);
        return y;
    }
}
