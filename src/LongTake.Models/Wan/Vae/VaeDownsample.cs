using LongTake.Tensors;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Halves height and width by a strided convolution, padded right and below, and, if wanted, then time: the first frame passes, every
/// two frames after it become one that also sees the frame before them.
/// </summary>
internal sealed class VaeDownsample : IVaeLayer
{
    private static readonly Conv3dOptions s_space = new() { StrideHeight = 2, StrideWidth = 2, PadBottom = 1, PadRight = 1 };
    private static readonly Conv3dOptions s_time = new() { StrideTime = 2 };
    private static readonly Conv3dOptions s_timeStep = new() { StrideTime = 2, PadFront = 1 };

    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly Tensor? _timeWeight;
    private readonly Tensor? _timeBias;
    private readonly int _slot;

    public VaeDownsample(VaeBuilder builder, VaeBlock block)
    {
        _weight = builder.Parameter($"{block.Name}.resample.1.weight");
        _bias = builder.Parameter($"{block.Name}.resample.1.bias");
        if (block.Kind == VaeBlockKind.DownSpaceTime)
        {
            _timeWeight = builder.Parameter($"{block.Name}.time_conv.weight");
            _timeBias = builder.Parameter($"{block.Name}.time_conv.bias");
            _slot = builder.NextSlot();
        }
    }

    public Tensor Forward(Compute c, Tensor x, VaeFeatureCache? cache)
    {
        using OperationScope scope = c.Scope();
        Tensor y = c.Conv2d(x, _weight, _bias, s_space);
        if (_timeWeight is null)
        {
            return scope.Keep(y);
        }
        int frames = y.Shape[2];
        if (cache is null)
        {
            return scope.Keep(frames == 1
                ? y
                : c.Concat([c.Slice(y, 2, 0, 1), c.Conv3d(y, _timeWeight, _timeBias, s_time)], 2));
        }
        Tensor history = cache.History(_slot, y.Shape.With(2, 1));
        if (!cache.Start(_slot))
        {
            return scope.Keep(c.StreamConv3d(y, _timeWeight, _timeBias, history, s_timeStep));
        }
        Tensor first = frames == 1 ? y : c.Slice(y, 2, 0, 1);
        history.CopyFrom(first);
        return scope.Keep(frames == 1
            ? y
            : c.Concat([first, c.StreamConv3d(c.Slice(y, 2, 1, frames - 1), _timeWeight, _timeBias, history, s_timeStep)], 2));
    }
}
