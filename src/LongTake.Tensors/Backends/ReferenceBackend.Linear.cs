using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y, in LinearEpilogue epilogue)
    {
        if (x.DType == DType.F64)
        {
            Linear<double>(x, weight, bias, y, epilogue);
        }
        else
        {
            Linear<float>(x, weight, bias, y, epilogue);
        }
    }

    /// <inheritdoc/>
    public override void LinearBackward(Tensor x, Tensor weight, Tensor dy, Tensor? dx, Tensor? dWeight, Tensor? dBias)
    {
        if (x.DType == DType.F64)
        {
            LinearBackward<double>(x, weight, dy, dx, dWeight, dBias);
        }
        else
        {
            LinearBackward<float>(x, weight, dy, dx, dWeight, dBias);
        }
    }

    /// <inheritdoc/>
    public override void ActivationBackward(Activation activation, Tensor x, Tensor dy, Tensor dx)
    {
        if (x.DType == DType.F64)
        {
            ActivationBackward<double>(activation, x, dy, dx);
        }
        else
        {
            ActivationBackward<float>(activation, x, dy, dx);
        }
    }

    /// <inheritdoc/>
    public override void LinearGateBackward(Tensor z, Tensor modulation, int gateRow, Tensor dy, Tensor dz, Tensor? dModulation)
    {
        if (z.DType == DType.F64)
        {
            GateBackward<double>(z, modulation, gateRow, dy, dz, dModulation);
        }
        else
        {
            GateBackward<float>(z, modulation, gateRow, dy, dz, dModulation);
        }
    }

    /// <inheritdoc/>
    public override void LinearResidualBackward(Tensor dy, Tensor dResidual)
    {
        if (dy.DType == DType.F64)
        {
            AddTo<double>(dy, dResidual);
        }
        else
        {
            AddTo<float>(dy, dResidual);
        }
    }

    /// <inheritdoc/>
    public override void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
    {
        if (a.DType == DType.F64)
        {
            MatMul<double>(a, b, c, transposeA, transposeB, accumulate);
        }
        else
        {
            MatMul<float>(a, b, c, transposeA, transposeB, accumulate);
        }
    }

    private static void Linear<T>(Tensor x, Tensor weight, Tensor? bias, Tensor y, in LinearEpilogue epilogue)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> input = x.AsSpan<T>(), output = y.AsSpan<T>();
        T[] w = WeightValues<T>(weight);
        Span<T> add = bias is null ? default : bias.AsSpan<T>();
        Span<T> pre = epilogue.PreActivation is null ? default : epilogue.PreActivation.AsSpan<T>();
        Span<T> residual = epilogue.Residual is null ? default : epilogue.Residual.AsSpan<T>();
        Span<T> gates = epilogue.Modulation is null ? default : epilogue.Modulation.AsSpan<T>();
        int n = weight.Shape[0], k = weight.Shape[1];
        int rows = output.Length / Math.Max(n, 1);
        for (int m = 0; m < rows; m++)
        {
            for (int o = 0; o < n; o++)
            {
                T sum = T.Zero;
                for (int i = 0; i < k; i++)
                {
                    sum += input[(m * k) + i] * w[(o * k) + i];
                }
                int at = (m * n) + o;
                sum += add.IsEmpty ? T.Zero : add[o];
                if (!pre.IsEmpty)
                {
                    pre[at] = sum;
                }
                T value = Activate(epilogue.Activation, sum);
                if (epilogue.Modulation is Tensor modulation)
                {
                    value *= gates[GateIndex(modulation, epilogue.GateRow, rows, m) + o];
                }
                output[at] = value + (residual.IsEmpty ? T.Zero : residual[at]);
            }
        }
    }

    private static void LinearBackward<T>(Tensor x, Tensor weight, Tensor dy, Tensor? dx, Tensor? dWeight, Tensor? dBias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> input = x.AsSpan<T>(), gradient = dy.AsSpan<T>();
        T[] w = WeightValues<T>(weight);
        Span<T> dInput = dx is null ? default : dx.AsSpan<T>();
        Span<T> dW = dWeight is null ? default : dWeight.AsSpan<T>();
        Span<T> dB = dBias is null ? default : dBias.AsSpan<T>();
        int n = weight.Shape[0], k = weight.Shape[1];
        for (int m = 0; m < gradient.Length / Math.Max(n, 1); m++)
        {
            for (int o = 0; o < n; o++)
            {
                T g = gradient[(m * n) + o];
                for (int i = 0; i < k; i++)
                {
                    if (!dInput.IsEmpty)
                    {
                        dInput[(m * k) + i] += g * w[(o * k) + i];
                    }
                    if (!dW.IsEmpty)
                    {
                        dW[(o * k) + i] += g * input[(m * k) + i];
                    }
                }
                if (!dB.IsEmpty)
                {
                    dB[o] += g;
                }
            }
        }
    }

    private static void ActivationBackward<T>(Activation activation, Tensor x, Tensor dy, Tensor dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> input = x.AsSpan<T>(), from = dy.AsSpan<T>(), to = dx.AsSpan<T>();
        for (int i = 0; i < input.Length; i++)
        {
            to[i] = from[i] * ActivationSlope(activation, input[i]);
        }
    }

    private static void GateBackward<T>(Tensor z, Tensor modulation, int gateRow, Tensor dy, Tensor dz, Tensor? dModulation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> value = z.AsSpan<T>(), gates = modulation.AsSpan<T>(), from = dy.AsSpan<T>(), to = dz.AsSpan<T>();
        Span<T> dGates = dModulation is null ? default : dModulation.AsSpan<T>();
        int width = modulation.Shape[3];
        int rows = value.Length / Math.Max(width, 1);
        for (int m = 0; m < rows; m++)
        {
            int gate = GateIndex(modulation, gateRow, rows, m);
            for (int i = 0; i < width; i++)
            {
                int at = (m * width) + i;
                to[at] = from[at] * gates[gate + i];
                if (!dGates.IsEmpty)
                {
                    dGates[gate + i] += from[at] * value[at];
                }
            }
        }
    }

    private static void AddTo<T>(Tensor source, Tensor destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> from = source.AsSpan<T>(), to = destination.AsSpan<T>();
        for (int i = 0; i < from.Length; i++)
        {
            to[i] += from[i];
        }
    }

    private static void MatMul<T>(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> left = a.AsSpan<T>(), right = b.AsSpan<T>(), product = c.AsSpan<T>();
        int k = transposeA ? a.Shape[-2] : a.Shape[-1];
        int m = transposeA ? a.Shape[-1] : a.Shape[-2];
        int n = transposeB ? b.Shape[-2] : b.Shape[-1];
        if (!accumulate)
        {
            product.Clear();
        }
        for (int i = 0; i < (int)a.Shape.CountOf(0, a.Rank - 2); i++)
        {
            int aStart = i * m * k, bStart = b.Rank == 2 ? 0 : i * k * n, cStart = c.Rank == 2 ? 0 : i * m * n;
            for (int row = 0; row < m; row++)
            {
                for (int column = 0; column < n; column++)
                {
                    T sum = T.Zero;
                    for (int d = 0; d < k; d++)
                    {
                        sum += left[aStart + (transposeA ? (d * m) + row : (row * k) + d)]
                            * right[bStart + (transposeB ? (column * k) + d : (d * n) + column)];
                    }
                    product[cStart + (row * n) + column] += sum;
                }
            }
        }
    }

    private static T Activate<T>(Activation activation, T x)
        where T : unmanaged, IFloatingPointIeee754<T> => activation switch
        {
            Activation.GeluTanh => T.CreateChecked(0.5) * x * (T.One + T.Tanh(GeluInner(x))),
            Activation.Silu => x / (T.One + T.Exp(-x)),
            _ => x,
        };

    private static T ActivationSlope<T>(Activation activation, T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (activation == Activation.GeluTanh)
        {
            T tanh = T.Tanh(GeluInner(x));
            T half = T.CreateChecked(0.5);
            T inner = T.CreateChecked(Math.Sqrt(2 / Math.PI)) * (T.One + (T.CreateChecked(3 * 0.044715) * x * x));
            return (half * (T.One + tanh)) + (half * x * (T.One - (tanh * tanh)) * inner);
        }
        if (activation == Activation.Silu)
        {
            T sigmoid = T.One / (T.One + T.Exp(-x));
            return sigmoid * (T.One + (x * (T.One - sigmoid)));
        }
        return T.One;
    }

    private static int GateIndex(Tensor modulation, int gateRow, int rows, int row)
    {
        Shape s = modulation.Shape;
        int group = row / (rows / (s[0] * s[1]));
        return ((group * s[2]) + gateRow) * s[3];
    }

    /// <summary>Any stored weight, converted.</summary>
    private static unsafe T[] WeightValues<T>(Tensor weight)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] values = new T[weight.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = weight.DType switch
            {
                DType.F64 => T.CreateChecked(((double*)weight.Pointer)[i]),
                DType.BF16 => T.CreateChecked((float)((BFloat16*)weight.Pointer)[i]),
                DType.F16 => T.CreateChecked((float)((Half*)weight.Pointer)[i]),
                DType.F8E4M3 => T.CreateChecked((float)((Float8E4M3*)weight.Pointer)[i] * weight.Scale),
                DType.F8E5M2 => T.CreateChecked((float)((Float8E5M2*)weight.Pointer)[i] * weight.Scale),
                _ => T.CreateChecked(weight.F32[i]),
            };
        }
        return values;
    }
}
