using LongTake.Tensors;

namespace LongTake.Models.Wan.Vae;

/// <summary>x * scale + shift with one scale and shift a channel, as a 1x1x1 convolution with a diagonal weight; nothing if all are 1 and 0.</summary>
internal sealed class ChannelScale : IDisposable
{
    private readonly Tensor? _weight;
    private readonly Tensor? _bias;

    public ChannelScale(ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        if (!scale.ContainsAnyExcept(1f) && !shift.ContainsAnyExcept(0f))
        {
            return;
        }
        _weight = TensorScope.Detach(Tensor.Zeros([scale.Length, scale.Length, 1, 1, 1]));
        _bias = TensorScope.Detach(Tensor.From(shift, [shift.Length]));
        for (int i = 0; i < scale.Length; i++)
        {
            _weight.Span[i * (scale.Length + 1)] = scale[i];
        }
        _weight.IsFrozen = true;
    }

    public Tensor Apply(Compute c, Tensor x) => _weight is null ? x : c.Conv3d(x, _weight, _bias);

    public void Dispose()
    {
        _weight?.Dispose();
        _bias?.Dispose();
    }
}
