namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>
    /// Scales and shifts each channel (a batch norm with running statistics), then multiplies what is negative by a slope (PReLU):
    /// v = x * scale + shift; y = v where v is positive, slope * v elsewhere. Not differentiable: for networks that are only looked through.
    /// </summary>
    /// <param name="x">[B, C, ...].</param>
    /// <param name="scale">[C], type of x; null for 1.</param>
    /// <param name="shift">[C], type of x; null for 0.</param>
    /// <param name="slope">[C], type of x; null for 1, which leaves v as it is.</param>
    /// <returns>Shape of x.</returns>
    /// <exception cref="ArgumentException">The number of values is not that of the channels.</exception>
    /// <exception cref="InvalidOperationException">A tape is recording.</exception>
    public Tensor ChannelAffine(Tensor x, Tensor? scale, Tensor? shift, Tensor? slope)
    {
        foreach (Tensor? values in (ReadOnlySpan<Tensor?>)[scale, shift, slope])
        {
            if (x.Rank < 2 || (values is not null && (values.Count != x.Shape[1] || values.DType != x.DType)))
            {
                throw new ArgumentException($"The channels of {x} take one {x.DType} value each, not {values}.", nameof(x));
            }
        }
        if (Records(x, scale, shift, slope))
        {
            throw new InvalidOperationException("ChannelAffine has no gradient; use Mul and Add while a tape records.");
        }
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.ChannelAffine(x, scale, shift, slope, y);
        return y;
    }
}
