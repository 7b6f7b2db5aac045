using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors;

// Convolution and the channel operations of convolutional networks, layout [B, C, T, H, W].
public sealed partial class Compute
{
    /// <summary>Convolves over time, height and width (cross-correlation, as neural networks mean it).</summary>
    /// <param name="x">[B, C, T, H, W].</param>
    /// <param name="weight">[O, C, kT, kH, kW]; F32, BF16 or F16.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="options">Strides and zero padding.</param>
    /// <returns>[B, O, T', H', W'] with T' = (T + front + back - kT) / stride + 1, and so on.</returns>
    /// <exception cref="ArgumentException">Ranks or channels do not fit, or the padded input is smaller than the kernel.</exception>
    public Tensor Conv3d(Tensor x, Tensor weight, Tensor? bias, in Conv3dOptions options = default)
    {
        if (x.Rank != 5 || weight.Rank != 5)
        {
            throw new ArgumentException($"A 3-D convolution takes [B, C, T, H, W] and a weight [O, C, kT, kH, kW], not {x.Shape} and {weight.Shape}.");
        }
        return Convolve(x, weight, bias, weight.Shape[2], options);
    }

    /// <summary>Convolves each frame over height and width.</summary>
    /// <param name="x">[B, C, T, H, W].</param>
    /// <param name="weight">[O, C, kH, kW]; F32, BF16 or F16.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="options">Strides and zero padding; those of time keep their defaults.</param>
    /// <returns>[B, O, T, H', W'].</returns>
    /// <exception cref="ArgumentException">Ranks or channels do not fit, time is strided or padded, or the padded frame is smaller than the kernel.</exception>
    public Tensor Conv2d(Tensor x, Tensor weight, Tensor? bias, in Conv3dOptions options = default)
    {
        if (x.Rank != 5 || weight.Rank != 4)
        {
            throw new ArgumentException($"A 2-D convolution takes [B, C, T, H, W] and a weight [O, C, kH, kW], not {x.Shape} and {weight.Shape}.");
        }
        if (options.StrideTime != 1 || options.PadFront != 0 || options.PadBack != 0)
        {
            throw new ArgumentException("A 2-D convolution works frame by frame: time has neither stride nor padding.", nameof(options));
        }
        return Convolve(x, weight, bias, 1, options);
    }

    /// <summary>Divides each position's channel vector by its length, times sqrt(C) and a weight a channel, optionally followed by SiLU.</summary>
    /// <param name="x">[B, C, ...].</param>
    /// <param name="gamma">C elements, in any shape such as [C, 1, 1, 1].</param>
    /// <param name="silu">Whether v * sigmoid(v) follows (fused).</param>
    /// <exception cref="ArgumentException">The number of weights is not that of the channels.</exception>
    public Tensor ChannelRmsNorm(Tensor x, Tensor gamma, bool silu)
    {
        if (x.Rank < 2 || gamma.Count != x.Shape[1])
        {
            throw new ArgumentException($"The channel norm of a tensor {x.Shape} takes one weight a channel, not {gamma.Shape}.", nameof(gamma));
        }
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.ChannelRmsNorm(x, gamma, silu, y);
        if (Records(x, gamma))
        {
            RecordChannelRmsNorm(x, gamma, silu, y);
        }
        return y;
    }

    /// <summary>Doubles height and width by repeating pixels.</summary>
    /// <param name="x">[..., H, W].</param>
    /// <returns>[..., 2H, 2W].</returns>
    /// <exception cref="ArgumentException">The tensor has fewer than two dimensions.</exception>
    public Tensor UpsampleNearest2(Tensor x)
    {
        if (x.Rank < 2)
        {
            throw new ArgumentException($"Upsampling takes [..., H, W], not {x.Shape}.", nameof(x));
        }
        Tensor y = Tensor.Empty(x.Shape.With(-1, 2 * x.Shape[-1]).With(-2, 2 * x.Shape[-2]), x.DType);
        Backend.UpsampleNearest2(x, y);
        if (Records(x))
        {
            RecordUpsampleNearest2(x, y);
        }
        return y;
    }

    private Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, int kernelTime, in Conv3dOptions o)
    {
        Shape s = x.Shape, w = weight.Shape;
        ConvolutionGeometry geometry = new(
            s[0],
            s[1],
            w[0],
            new ConvolutionAxis(s[2], kernelTime, o.StrideTime, o.PadFront, o.PadBack),
            new ConvolutionAxis(s[3], w[-2], o.StrideHeight, o.PadTop, o.PadBottom),
            new ConvolutionAxis(s[4], w[-1], o.StrideWidth, o.PadLeft, o.PadRight));
        if (w[1] != s[1])
        {
            throw new ArgumentException($"A convolution with weight {w} takes {w[1]} input channels, not the {s[1]} of {s}.", nameof(x));
        }
        if (bias is not null && bias.Count != w[0])
        {
            throw new ArgumentException($"A convolution with weight {w} takes a bias of {w[0]} elements, not {bias.Shape}.", nameof(bias));
        }
        if (o.PadFront < 0 || o.PadBack < 0 || o.PadTop < 0 || o.PadBottom < 0 || o.PadLeft < 0 || o.PadRight < 0)
        {
            throw new ArgumentException("The padding of a convolution is not negative.", nameof(o));
        }
        if (geometry.OutputShape.Count == 0)
        {
            throw new ArgumentException($"The padded input {s} is smaller than the kernel of weight {w}, or empty.", nameof(x));
        }
        Tensor y = Tensor.Empty(geometry.OutputShape, x.DType);
        Backend.Convolution(x, weight, bias, y, geometry);
        if (Records(x, weight, bias))
        {
            RecordConvolution(x, weight, bias, y, geometry);
        }
        return y;
    }

    private void RecordConvolution(Tensor x, Tensor weight, Tensor? bias, Tensor y, ConvolutionGeometry geometry)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            if (x.RequiresGrad)
            {
                Backend.ConvolutionBackwardInput(gy, weight, tape.GradOf(x), geometry);
            }
            if (weight.RequiresGrad)
            {
                Backend.ConvolutionBackwardWeight(gy, x, tape.GradOf(weight), geometry);
            }
            if (bias is { RequiresGrad: true })
            {
                Backend.ConvolutionBackwardBias(gy, tape.GradOf(bias));
            }
        });
    }

    private void RecordChannelRmsNorm(Tensor x, Tensor gamma, bool silu, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.ChannelRmsNormBackward(
            gy, x, gamma, silu, x.RequiresGrad ? tape.GradOf(x) : null, gamma.RequiresGrad ? tape.GradOf(gamma) : null));
    }

    private void RecordUpsampleNearest2(Tensor x, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.UpsampleNearest2Backward(gy, tape.GradOf(x)));
    }
}
