using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void ChannelRmsNorm(Tensor x, Tensor gamma, bool silu, Tensor y)
    {
        if (x.DType == DType.F64)
        {
            NormChannels<double>(x, gamma, silu, y);
        }
        else
        {
            NormChannels<float>(x, gamma, silu, y);
        }
    }

    /// <inheritdoc/>
    public override void ChannelRmsNormBackward(Tensor gy, Tensor x, Tensor gamma, bool silu, Tensor? gx, Tensor? gGamma)
    {
        if (x.DType == DType.F64)
        {
            NormChannelsBackward<double>(gy, x, gamma, silu, gx, gGamma);
        }
        else
        {
            NormChannelsBackward<float>(gy, x, gamma, silu, gx, gGamma);
        }
    }

    /// <inheritdoc/>
    public override void UpsampleNearest2(Tensor x, Tensor y)
    {
        if (x.DType == DType.F64)
        {
            Upsample<double>(x, y);
        }
        else
        {
            Upsample<float>(x, y);
        }
    }

    /// <inheritdoc/>
    public override void UpsampleNearest2Backward(Tensor gy, Tensor gx)
    {
        if (gy.DType == DType.F64)
        {
            UpsampleBackward<double>(gy, gx);
        }
        else
        {
            UpsampleBackward<float>(gy, gx);
        }
    }

    private static void NormChannels<T>(Tensor x, Tensor gamma, bool silu, Tensor y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> input = x.AsSpan<T>(), weights = gamma.AsSpan<T>(), output = y.AsSpan<T>();
        int channels = x.Shape[1], positions = checked((int)x.Shape.CountOf(2, x.Rank));
        for (int b = 0; b < x.Shape[0]; b++)
        {
            for (int p = 0; p < positions; p++)
            {
                int first = (b * channels * positions) + p;
                T factor = NormFactor(input, first, channels, positions, out _);
                for (int c = 0; c < channels; c++)
                {
                    T v = input[first + (c * positions)] * factor * weights[c];
                    output[first + (c * positions)] = silu ? v / (T.One + T.Exp(-v)) : v;
                }
            }
        }
    }

    private static void NormChannelsBackward<T>(Tensor gy, Tensor x, Tensor gamma, bool silu, Tensor? gx, Tensor? gGamma)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> gradient = gy.AsSpan<T>(), input = x.AsSpan<T>(), weights = gamma.AsSpan<T>();
        Span<T> inputGradient = gx is null ? default : gx.AsSpan<T>();
        Span<T> weightGradient = gGamma is null ? default : gGamma.AsSpan<T>();
        int channels = x.Shape[1], positions = checked((int)x.Shape.CountOf(2, x.Rank));
        T[] du = new T[channels];
        for (int b = 0; b < x.Shape[0]; b++)
        {
            for (int p = 0; p < positions; p++)
            {
                int first = (b * channels * positions) + p;
                T factor = NormFactor(input, first, channels, positions, out bool clamped);
                T along = T.Zero;
                for (int c = 0; c < channels; c++)
                {
                    int i = first + (c * positions);
                    T u = input[i] * factor;
                    T dv = gradient[i];
                    if (silu)
                    {
                        T v = u * weights[c];
                        T s = T.One / (T.One + T.Exp(-v));
                        dv *= s * (T.One + (v * (T.One - s)));
                    }
                    if (gGamma is not null)
                    {
                        weightGradient[c] += dv * u;
                    }
                    du[c] = dv * weights[c];
                    along += du[c] * u;
                }
                // |u|^2 = C unless the length was clamped, in which case the factor is a constant.
                T projection = clamped ? T.Zero : along / T.CreateChecked(channels);
                for (int c = 0; gx is not null && c < channels; c++)
                {
                    int i = first + (c * positions);
                    inputGradient[i] += factor * (du[c] - (input[i] * factor * projection));
                }
            }
        }
    }

    private static T NormFactor<T>(Span<T> input, int first, int channels, int positions, out bool clamped)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T squares = T.Zero;
        for (int c = 0; c < channels; c++)
        {
            T v = input[first + (c * positions)];
            squares += v * v;
        }
        T length = T.Sqrt(squares);
        T smallest = T.CreateChecked(1e-12);
        clamped = length < smallest;
        return T.Sqrt(T.CreateChecked(channels)) / T.Max(length, smallest);
    }

    private static void Upsample<T>(Tensor x, Tensor y)
        where T : unmanaged
    {
        Span<T> input = x.AsSpan<T>(), output = y.AsSpan<T>();
        int width = y.Shape[-1];
        for (int i = 0; i < output.Length; i++)
        {
            int row = Math.DivRem(i, width, out int column);
            output[i] = input[(row / 2 * (width / 2)) + (column / 2)];
        }
    }

    private static void UpsampleBackward<T>(Tensor gy, Tensor gx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> gradient = gy.AsSpan<T>(), result = gx.AsSpan<T>();
        int width = gy.Shape[-1];
        for (int i = 0; i < gradient.Length; i++)
        {
            int row = Math.DivRem(i, width, out int column);
            result[(row / 2 * (width / 2)) + (column / 2)] += gradient[i];
        }
    }
}
