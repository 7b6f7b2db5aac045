using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Unary(UnaryFunction function, Tensor x, Tensor y)
    {
        if (IsDouble(x))
        {
            Combine<double>(x, x, y, (_, p, _) => Value(function, p));
        }
        else
        {
            Combine<float>(x, x, y, (_, p, _) => Value(function, p));
        }
    }

    /// <inheritdoc/>
    public override void UnaryBackward(UnaryFunction function, Tensor x, Tensor gy, Tensor gx)
    {
        if (IsDouble(x))
        {
            Combine<double>(x, gy, gx, (t, p, g) => t + (g * Derivative(function, p)));
        }
        else
        {
            Combine<float>(x, gy, gx, (t, p, g) => t + (g * Derivative(function, p)));
        }
    }

    /// <inheritdoc/>
    public override void Softmax(Tensor x, Tensor y)
    {
        if (IsDouble(x))
        {
            Softmax<double>(x, y);
        }
        else
        {
            Softmax<float>(x, y);
        }
    }

    /// <inheritdoc/>
    public override void SoftmaxBackward(Tensor y, Tensor gy, Tensor gx)
    {
        if (IsDouble(y))
        {
            SoftmaxBackward<double>(y, gy, gx);
        }
        else
        {
            SoftmaxBackward<float>(y, gy, gx);
        }
    }

    private static void Softmax<T>(Tensor x, Tensor y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-1];
        for (int start = 0; start < x.Count; start += n)
        {
            Span<T> px = x.AsSpan<T>().Slice(start, n);
            Span<T> py = y.AsSpan<T>().Slice(start, n);
            T max = T.NegativeInfinity;
            foreach (T v in px)
            {
                max = T.Max(max, v);
            }
            T sum = T.Zero;
            for (int i = 0; i < n; i++)
            {
                py[i] = T.Exp(px[i] - max);
                sum += py[i];
            }
            for (int i = 0; i < n; i++)
            {
                py[i] /= sum;
            }
        }
    }

    private static void SoftmaxBackward<T>(Tensor y, Tensor gy, Tensor gx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = y.Shape[-1];
        for (int start = 0; start < y.Count; start += n)
        {
            Span<T> py = y.AsSpan<T>().Slice(start, n);
            Span<T> pg = gy.AsSpan<T>().Slice(start, n);
            Span<T> px = gx.AsSpan<T>().Slice(start, n);
            T dot = T.Zero;
            for (int i = 0; i < n; i++)
            {
                dot += py[i] * pg[i];
            }
            for (int i = 0; i < n; i++)
            {
                px[i] += py[i] * (pg[i] - dot);
            }
        }
    }

    private static T Value<T>(UnaryFunction function, T x)
        where T : IFloatingPointIeee754<T> => function switch
        {
            UnaryFunction.Gelu => Number<T>(0.5) * x * (T.One + T.Tanh(GeluInner(x))),
            UnaryFunction.GeluExact => x * NormalCumulative(x),
            UnaryFunction.Silu => x * Sigmoid(x),
            UnaryFunction.QuickGelu => x * Sigmoid(Number<T>(1.702) * x),
            UnaryFunction.Sigmoid => Sigmoid(x),
            UnaryFunction.Tanh => T.Tanh(x),
            UnaryFunction.Relu => T.Max(x, T.Zero),
            UnaryFunction.Exp => T.Exp(x),
            UnaryFunction.Log => T.Log(x),
            UnaryFunction.Square => x * x,
            UnaryFunction.Sqrt => T.Sqrt(x),
            UnaryFunction.Abs => T.Abs(x),
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "Not a function of one number."),
        };

    private static T Derivative<T>(UnaryFunction function, T x)
        where T : IFloatingPointIeee754<T>
    {
        switch (function)
        {
            case UnaryFunction.Gelu:
                T tanh = T.Tanh(GeluInner(x));
                T inner = Number<T>(Math.Sqrt(2 / Math.PI)) * (T.One + (Number<T>(3 * 0.044715) * x * x));
                return Number<T>(0.5) * (T.One + tanh + (x * (T.One - (tanh * tanh)) * inner));
            case UnaryFunction.GeluExact:
                return NormalCumulative(x) + (x * T.Exp(Number<T>(-0.5) * x * x) / T.Sqrt(T.Tau));
            case UnaryFunction.Silu:
                return Sigmoid(x) * (T.One + (x * (T.One - Sigmoid(x))));
            case UnaryFunction.QuickGelu:
                T u = Number<T>(1.702) * x;
                return Sigmoid(u) * (T.One + (u * (T.One - Sigmoid(u))));
            case UnaryFunction.Sigmoid:
                return Sigmoid(x) * (T.One - Sigmoid(x));
            case UnaryFunction.Tanh:
                return T.One - (T.Tanh(x) * T.Tanh(x));
            case UnaryFunction.Relu:
                return x > T.Zero ? T.One : T.Zero;
            case UnaryFunction.Exp:
                return T.Exp(x);
            case UnaryFunction.Log:
                return T.One / x;
            case UnaryFunction.Square:
                return x + x;
            case UnaryFunction.Sqrt:
                return Number<T>(0.5) / T.Sqrt(x);
            case UnaryFunction.Abs:
                return x > T.Zero ? T.One : x < T.Zero ? -T.One : T.Zero;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "Not a function of one number.");
        }
    }

    private static T GeluInner<T>(T x)
        where T : IFloatingPointIeee754<T> => Number<T>(Math.Sqrt(2 / Math.PI)) * (x + (Number<T>(0.044715) * x * x * x));

    /// <summary>
    /// The cumulative normal distribution by the series 1/2 + density(x) (x + x^3/3 + x^5/15 + ...), whose terms all have one sign.
    /// </summary>
    private static T NormalCumulative<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        if (T.Abs(x) > Number<T>(8))
        {
            return x > T.Zero ? T.One : T.Zero;
        }
        T term = x;
        T sum = x;
        for (int k = 3; k < 400; k += 2)
        {
            term *= x * x / Number<T>(k);
            sum += term;
        }
        return Number<T>(0.5) + (sum * T.Exp(Number<T>(-0.5) * x * x) / T.Sqrt(T.Tau));
    }

    private static T Sigmoid<T>(T x)
        where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-x));
}
