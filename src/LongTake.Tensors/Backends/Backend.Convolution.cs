namespace LongTake.Tensors.Backends;

// Convolution and the channel operations of convolutional networks, layout [B, C, T, H, W].
public abstract partial class Backend
{
    /// <summary>y[b, o, t, i, j] = bias[o] + sum over c and kernel positions of weight * zero-padded x.</summary>
    /// <param name="x">[B, C, T, H, W].</param>
    /// <param name="weight">[O, C, kT, kH, kW] (a 2-D kernel has kT = 1 and may come without that dimension).</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="y">Result, [B, O, T', H', W'].</param>
    /// <param name="geometry">Sizes, strides and padding.</param>
    /// <param name="residual">Added to the result, shape of y; or null. It may be y itself.</param>
    /// <param name="history">[B, C, front padding, H, W]: the frames before the first of x, instead of zeros; or null.</param>
    public abstract void Convolution(
        Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionGeometry geometry, Tensor? residual, Tensor? history);

    /// <summary>Adds to <paramref name="gx"/> the gradient of <see cref="Convolution"/> with respect to x. The input must not be doubled.</summary>
    public abstract void ConvolutionBackwardInput(Tensor gy, Tensor weight, Tensor gx, in ConvolutionGeometry geometry);

    /// <summary>Adds to <paramref name="gw"/> the gradient of <see cref="Convolution"/> with respect to the weight.</summary>
    public abstract void ConvolutionBackwardWeight(Tensor gy, Tensor x, Tensor gw, in ConvolutionGeometry geometry);

    /// <summary>Adds to <paramref name="gb"/> [O] the sums of <paramref name="gy"/> over all but its channel dimension.</summary>
    public abstract void ConvolutionBackwardBias(Tensor gy, Tensor gb);

    /// <summary>Moves the last frames of history followed by x into the history: [B, C, n, H, W], with x [B, C, T, H, W].</summary>
    public abstract void AdvanceHistory(Tensor x, Tensor history);

    /// <summary>y = x / max(|x|, 1e-12) * sqrt(C) * gamma, the norm taken over channels at each position; then SiLU if wanted.</summary>
    /// <param name="x">[B, C, ...].</param>
    /// <param name="gamma">C elements.</param>
    /// <param name="silu">Whether v * sigmoid(v) follows.</param>
    /// <param name="y">Result, shape of x.</param>
    public abstract void ChannelRmsNorm(Tensor x, Tensor gamma, bool silu, Tensor y);

    /// <summary>Adds the gradients of <see cref="ChannelRmsNorm"/> to those of <paramref name="gx"/> and <paramref name="gGamma"/> that are not null.</summary>
    public abstract void ChannelRmsNormBackward(Tensor gy, Tensor x, Tensor gamma, bool silu, Tensor? gx, Tensor? gGamma);

    /// <summary>Repeats every pixel twice along the last two dimensions.</summary>
    public abstract void UpsampleNearest2(Tensor x, Tensor y);

    /// <summary>Adds to <paramref name="gx"/> the sums of the four copies' gradients.</summary>
    public abstract void UpsampleNearest2Backward(Tensor gy, Tensor gx);
}
