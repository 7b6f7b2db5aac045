using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Convolution(
        Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionGeometry geometry, Tensor? residual, Tensor? history)
    {
        if (x.DType == DType.F64)
        {
            Convolve<double>(x, weight, bias, y, geometry, residual, history);
        }
        else
        {
            Convolve<float>(x, weight, bias, y, geometry, residual, history);
        }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardInput(Tensor gy, Tensor weight, Tensor gx, in ConvolutionGeometry geometry)
    {
        if (gy.DType == DType.F64)
        {
            BackwardInput<double>(gy, weight, gx, geometry);
        }
        else
        {
            BackwardInput<float>(gy, weight, gx, geometry);
        }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardWeight(Tensor gy, Tensor x, Tensor gw, in ConvolutionGeometry geometry)
    {
        if (gy.DType == DType.F64)
        {
            BackwardWeight<double>(gy, x, gw, geometry);
        }
        else
        {
            BackwardWeight<float>(gy, x, gw, geometry);
        }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardBias(Tensor gy, Tensor gb)
    {
        if (gy.DType == DType.F64)
        {
            SumChannels<double>(gy, gb);
        }
        else
        {
            SumChannels<float>(gy, gb);
        }
    }

    /// <inheritdoc/>
    public override void AdvanceHistory(Tensor x, Tensor history)
    {
        if (x.DType == DType.F64)
        {
            Advance<double>(x, history);
        }
        else
        {
            Advance<float>(x, history);
        }
    }

    private static void Advance<T>(Tensor x, Tensor history)
        where T : unmanaged
    {
        Span<T> frames = x.AsSpan<T>(), kept = history.AsSpan<T>();
        int planes = x.Shape[0] * x.Shape[1], n = history.Shape[2], t = x.Shape[2], size = x.Shape[3] * x.Shape[4];
        for (int p = 0; p < planes; p++)
        {
            for (int i = 0; i < n; i++)
            {
                int from = t + i;
                Span<T> frame = from < n ? kept.Slice(((p * n) + from) * size, size) : frames.Slice(((p * t) + from - n) * size, size);
                frame.CopyTo(kept.Slice(((p * n) + i) * size, size));
            }
        }
    }

    private static void Convolve<T>(
        Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionGeometry g, Tensor? residual, Tensor? history)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> input = x.AsSpan<T>(), kernel = weight.AsSpan<T>(), output = y.AsSpan<T>();
        Span<T> offset = bias is null ? default : bias.AsSpan<T>();
        Span<T> added = residual is null ? default : residual.AsSpan<T>();
        if (history is not null)
        {
            // Written out: history and input joined, then no padding in front.
            ConvolutionGeometry joined = g with { Time = g.Time with { Input = g.Time.Input + g.Time.Before, Before = 0 } };
            using Tensor all = Tensor.Empty(x.Shape.With(2, joined.Time.Input), x.DType);
            int planes = x.Shape[0] * x.Shape[1], size = x.Shape[3] * x.Shape[4];
            for (int p = 0; p < planes; p++)
            {
                Span<T> plane = all.AsSpan<T>().Slice(p * joined.Time.Input * size, joined.Time.Input * size);
                history.AsSpan<T>().Slice(p * g.Time.Before * size, g.Time.Before * size).CopyTo(plane);
                input.Slice(p * g.Time.Input * size, g.Time.Input * size).CopyTo(plane[(g.Time.Before * size)..]);
            }
            Convolve<T>(all, weight, bias, y, joined, residual, null);
            return;
        }
        TapWalk walk = new(g);
        while (walk.NextOutput())
        {
            T sum = bias is null ? T.Zero : offset[walk.Channel];
            while (walk.NextTap())
            {
                sum += input[walk.Input] * kernel[walk.Weight];
            }
            output[walk.Output] = residual is null ? sum : sum + added[walk.Output];
        }
    }

    private static void BackwardInput<T>(Tensor gy, Tensor weight, Tensor gx, in ConvolutionGeometry g)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> gradient = gy.AsSpan<T>(), kernel = weight.AsSpan<T>(), result = gx.AsSpan<T>();
        TapWalk walk = new(g);
        while (walk.NextOutput())
        {
            while (walk.NextTap())
            {
                result[walk.Input] += gradient[walk.Output] * kernel[walk.Weight];
            }
        }
    }

    private static void BackwardWeight<T>(Tensor gy, Tensor x, Tensor gw, in ConvolutionGeometry g)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> gradient = gy.AsSpan<T>(), input = x.AsSpan<T>(), result = gw.AsSpan<T>();
        TapWalk walk = new(g);
        while (walk.NextOutput())
        {
            while (walk.NextTap())
            {
                result[walk.Weight] += gradient[walk.Output] * input[walk.Input];
            }
        }
    }

    private static void SumChannels<T>(Tensor gy, Tensor gb)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> gradient = gy.AsSpan<T>(), result = gb.AsSpan<T>();
        int channels = gy.Shape[1];
        int positions = checked((int)gy.Shape.CountOf(2, gy.Rank));
        for (int i = 0; i < gradient.Length; i++)
        {
            result[i / positions % channels] += gradient[i];
        }
    }

    /// <summary>Visits every output position and, for each, every kernel position that falls on the input.</summary>
    private ref struct TapWalk(ConvolutionGeometry g)
    {
        private readonly int _outputs = checked((int)g.OutputShape.Count);
        private readonly int _taps = g.InputChannels * g.Taps;
        private int _b;
        private int _t;
        private int _i;
        private int _j;
        private int _tap;

        public int Output { get; private set; } = -1;

        public int Channel { get; private set; }

        public int Input { get; private set; }

        public int Weight { get; private set; }

        public bool NextOutput()
        {
            if (++Output == _outputs)
            {
                return false;
            }
            int rest = Math.DivRem(Output, g.Width.Output, out _j);
            rest = Math.DivRem(rest, g.Height.Output, out _i);
            rest = Math.DivRem(rest, g.Time.Output, out _t);
            _b = Math.DivRem(rest, g.OutputChannels, out int channel);
            Channel = channel;
            _tap = -1;
            return true;
        }

        public bool NextTap()
        {
            while (++_tap < _taps)
            {
                int rest = Math.DivRem(_tap, g.Width.Kernel, out int kx);
                rest = Math.DivRem(rest, g.Height.Kernel, out int ky);
                int c = Math.DivRem(rest, g.Time.Kernel, out int kt);
                int t = (_t * g.Time.Stride) + kt - g.Time.Before;
                int i = (_i * g.Height.Stride) + ky - g.Height.Before;
                int j = (_j * g.Width.Stride) + kx - g.Width.Before;
                if ((uint)t < (uint)g.Time.Input && (uint)i < (uint)g.Height.Input && (uint)j < (uint)g.Width.Input)
                {
                    int half = g.Doubled ? 2 : 1;
                    int frame = (((_b * g.InputChannels) + c) * g.Time.Input) + t;
                    Input = (((frame * (g.Height.Input / half)) + (i / half)) * (g.Width.Input / half)) + (j / half);
                    Weight = (Channel * _taps) + _tap;
                    return true;
                }
            }
            return false;
        }
    }
}
