using LongTake.Tensors;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Doubles time, if wanted, and then height and width. In time the first frame passes and is never seen again; each frame after it becomes
/// two by a causal convolution whose output channels split into the even and the odd frame.
/// </summary>
internal sealed class VaeUpsample : IVaeLayer
{
    private static readonly Conv3dOptions s_time = new() { PadFront = 2 };

    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly Tensor? _timeWeight;
    private readonly Tensor? _timeBias;
    private readonly int _slot;

    public VaeUpsample(VaeBuilder builder, VaeBlock block)
    {
        _weight = builder.Parameter($"{block.Name}.resample.1.weight");
        _bias = builder.Parameter($"{block.Name}.resample.1.bias");
        if (block.Kind == VaeBlockKind.UpSpaceTime)
        {
            _timeWeight = builder.Parameter($"{block.Name}.time_conv.weight");
            _timeBias = builder.Parameter($"{block.Name}.time_conv.bias");
            _slot = builder.NextSlot();
        }
    }

    public Tensor Forward(Compute c, Tensor x, VaeFeatureCache? cache)
    {
        using OperationScope scope = c.Scope();
        Tensor y = _timeWeight is null ? x : DoubleFrames(c, x, cache);
        return scope.Keep(c.UpsampleConv2d(y, _weight, _bias, Conv3dOptions.Same3));
    }

    private Tensor DoubleFrames(Compute c, Tensor x, VaeFeatureCache? cache)
    {
        int frames = x.Shape[2];
        if (cache is not null && !cache.Start(_slot))
        {
            return Pairs(c, x, cache);
        }
        return frames == 1 ? x : c.Concat([c.Slice(x, 2, 0, 1), Pairs(c, c.Slice(x, 2, 1, frames - 1), cache)], 2);
    }

    private Tensor Pairs(Compute c, Tensor x, VaeFeatureCache? cache)
    {
        Shape s = x.Shape;
        Tensor pairs = cache is null
            ? c.Conv3d(x, _timeWeight!, _timeBias, s_time)
            : c.StreamConv3d(x, _timeWeight!, _timeBias, cache.History(_slot, s.With(2, 2)), s_time);

        // [B, 2, C, T, hw] -> [B, C, T, 2, hw].
        Tensor frames = c.Permute(c.Reshape(pairs, [s[0], 2, s[1], s[2], s[3] * s[4]]), [0, 2, 3, 1, 4]);
        return c.Reshape(frames, s.With(2, 2 * s[2]));
    }
}
