using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors;

// Convolution and the channel operations of convolutional networks, layout [B, C, T, H, W].
public sealed partial class Compute
{
    /// <summary>Convolves over time, height and width (cross-correlation, as neural networks mean it).</summary>
    /// <param name="x">[B, C, T, H, W].</param>
    /// <param name="weight">[O, C, kT, kH, kW]; F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="options">Strides and zero padding.</param>
    /// <param name="residual">Added to the result, in one pass; or null.</param>
    /// <returns>[B, O, T', H', W'] with T' = (T + front + back - kT) / stride + 1, and so on.</returns>
    /// <exception cref="ArgumentException">Ranks or channels do not fit, or the padded input is smaller than the kernel.</exception>
    public Tensor Conv3d(Tensor x, Tensor weight, Tensor? bias, in Conv3dOptions options = default, Tensor? residual = null)
    {
        Require3d(x, weight);
        return Convolve(x, weight, bias, weight.Shape[2], options, residual, null, doubled: false);
    }

    /// <summary>Convolves each frame over height and width.</summary>
    /// <param name="x">[B, C, T, H, W].</param>
    /// <param name="weight">[O, C, kH, kW]; F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="options">Strides and zero padding; those of time keep their defaults.</param>
    /// <param name="residual">Added to the result, in one pass; or null.</param>
    /// <returns>[B, O, T, H', W'].</returns>
    /// <exception cref="ArgumentException">Ranks or channels do not fit, time is strided or padded, or the padded frame is smaller than the kernel.</exception>
    public Tensor Conv2d(Tensor x, Tensor weight, Tensor? bias, in Conv3dOptions options = default, Tensor? residual = null)
    {
        Require2d(x, weight, options);
        return Convolve(x, weight, bias, 1, options, residual, null, doubled: false);
    }

    /// <summary><see cref="UpsampleNearest2"/> followed by <see cref="Conv2d"/> in one operation that never stores the doubled frames.</summary>
    /// <param name="x">[B, C, T, H, W].</param>
    /// <param name="weight">[O, C, kH, kW]; F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="options">Zero padding of the doubled frames; strides keep their defaults.</param>
    /// <returns>[B, O, T, H', W'].</returns>
    /// <exception cref="ArgumentException">As <see cref="Conv2d"/>; or there are strides.</exception>
    public Tensor UpsampleConv2d(Tensor x, Tensor weight, Tensor? bias, in Conv3dOptions options = default)
    {
        Require2d(x, weight, options);
        if (options.StrideHeight != 1 || options.StrideWidth != 1)
        {
            throw new ArgumentException("A convolution of doubled frames has no strides.", nameof(options));
        }
        return Convolve(x, weight, bias, 1, options, null, null, doubled: true);
    }

    /// <summary>
    /// One step of a causal convolution over an endless sequence: the frames that <see cref="Conv3dOptions.PadFront"/> puts in front of the
    /// input come from a history, which then moves on by the input's frames. Feeding a sequence in parts of any length gives
    /// exactly what one call over the whole gives (with stride 1, or parts that are multiples of the stride). Not differentiable.
    /// </summary>
    /// <param name="x">[B, C, T, H, W]: the next frames.</param>
    /// <param name="weight">[O, C, kT, kH, kW].</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="history">[B, C, front padding, H, W]: the last frames so far (zeros at the beginning); updated.</param>
    /// <param name="options">Strides and zero padding.</param>
    /// <param name="residual">Added to the result; or null.</param>
    /// <exception cref="ArgumentException">As <see cref="Conv3d"/>; or the history has another shape.</exception>
    /// <exception cref="InvalidOperationException">A tape is recording.</exception>
    public Tensor StreamConv3d(Tensor x, Tensor weight, Tensor? bias, Tensor history, in Conv3dOptions options, Tensor? residual = null)
    {
        Require3d(x, weight);
        if (Records(x, weight, bias, residual))
        {
            throw new InvalidOperationException("Streaming convolutions are not differentiable; train on whole sequences with Conv3d.");
        }
        if (options.PadFront < 1 || history.Shape != x.Shape.With(2, options.PadFront))
        {
            throw new ArgumentException(
                $"The history of a streaming convolution of {x.Shape} with {options.PadFront} frames in front is {x.Shape.With(2, options.PadFront)}, " +
                $"not {history.Shape}.",
                nameof(history));
        }
        Tensor y = Convolve(x, weight, bias, weight.Shape[2], options, residual, history, doubled: false);
        Backend.AdvanceHistory(x, history);
        return y;
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

    private static void Require3d(Tensor x, Tensor weight)
    {
        if (x.Rank != 5 || weight.Rank != 5)
        {
            throw new ArgumentException($"A 3-D convolution takes [B, C, T, H, W] and a weight [O, C, kT, kH, kW], not {x.Shape} and {weight.Shape}.");
        }
    }

    private static void Require2d(Tensor x, Tensor weight, in Conv3dOptions options)
    {
        if (x.Rank != 5 || weight.Rank != 4)
        {
            throw new ArgumentException($"A 2-D convolution takes [B, C, T, H, W] and a weight [O, C, kH, kW], not {x.Shape} and {weight.Shape}.");
        }
        if (options.StrideTime != 1 || options.PadFront != 0 || options.PadBack != 0)
        {
            throw new ArgumentException("A 2-D convolution works frame by frame: time has neither stride nor padding.", nameof(options));
        }
    }

    private Tensor Convolve(
        Tensor x, Tensor weight, Tensor? bias, int kernelTime, in Conv3dOptions o, Tensor? residual, Tensor? history, bool doubled)
    {
        ConvolutionGeometry geometry = Geometry(x, weight, kernelTime, o, doubled);
        if (bias is not null && bias.Count != weight.Shape[0])
        {
            throw new ArgumentException($"A convolution with weight {weight.Shape} takes a bias of {weight.Shape[0]} elements, not {bias.Shape}.", nameof(bias));
        }
        Shape shape = geometry.OutputShape;
        if (residual is not null && residual.Shape != shape)
        {
            throw new ArgumentException($"The convolution's result is {shape}; {residual.Shape} cannot be added to it.", nameof(residual));
        }
        Tensor y = Tensor.Empty(shape, x.DType);
        Backend.Convolution(x, weight, bias, y, geometry, residual, history);
        if (Records(x, weight, bias, residual))
        {
            RecordConvolution(x, weight, bias, residual, y, geometry);
        }
        return y;
    }

    private static ConvolutionGeometry Geometry(Tensor x, Tensor weight, int kernelTime, in Conv3dOptions o, bool doubled)
    {
        Shape s = x.Shape, w = weight.Shape;
        int scale = doubled ? 2 : 1;
        if (w[1] != s[1])
        {
            throw new ArgumentException($"A convolution with weight {w} takes {w[1]} input channels, not the {s[1]} of {s}.", nameof(x));
        }
        if (o.PadFront < 0 || o.PadBack < 0 || o.PadTop < 0 || o.PadBottom < 0 || o.PadLeft < 0 || o.PadRight < 0)
        {
            throw new ArgumentException("The padding of a convolution is not negative.", nameof(o));
        }
        ConvolutionGeometry geometry = new(
            s[0],
            s[1],
            w[0],
            new ConvolutionAxis(s[2], kernelTime, o.StrideTime, o.PadFront, o.PadBack),
            new ConvolutionAxis(checked(s[3] * scale), w[-2], o.StrideHeight, o.PadTop, o.PadBottom),
            new ConvolutionAxis(checked(s[4] * scale), w[-1], o.StrideWidth, o.PadLeft, o.PadRight),
            doubled);
        if (geometry.OutputShape.Count == 0)
        {
            throw new ArgumentException($"The padded input {s} is smaller than the kernel of weight {w}, or empty.", nameof(x));
        }
        return geometry;
    }

    private void RecordConvolution(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, ConvolutionGeometry geometry)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            if (residual is { RequiresGrad: true })
            {
                Backend.AddScaled(gy, 1f, tape.GradOf(residual));
            }
            if (x.RequiresGrad)
            {
                ConvolutionBackwardInput(gy, weight, tape.GradOf(x), geometry);
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

    private void ConvolutionBackwardInput(Tensor gy, Tensor weight, Tensor gx, in ConvolutionGeometry geometry)
    {
        if (!geometry.Doubled)
        {
            Backend.ConvolutionBackwardInput(gy, weight, gx, geometry);
            return;
        }
        using Tensor large = Tensor.Zeros(gx.Shape.With(-1, geometry.Width.Input).With(-2, geometry.Height.Input), gx.DType);
        Backend.ConvolutionBackwardInput(gy, weight, large, geometry with { Doubled = false });
        Backend.UpsampleNearest2Backward(large, gx);
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
