using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>The tanh form of GELU, written with a sigmoid: 0.5 (1 + tanh u) = sigmoid(2u).</summary>
internal readonly struct GeluKernel : IUnaryKernel
{
    // 2 sqrt(2 / pi), and that times 0.044715.
    private const float Linear = 1.5957691216057308f;
    private const float Cubic = 0.07135481627159967f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V u = x * V.MultiplyAdd(x * x, V.Broadcast(Cubic), V.Broadcast(Linear));
        return x * V.Sigmoid(u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V square = x * x;
        V s = V.Sigmoid(x * V.MultiplyAdd(square, V.Broadcast(Cubic), V.Broadcast(Linear)));
        V slope = x * V.MultiplyAdd(square, V.Broadcast(3 * Cubic), V.Broadcast(Linear));
        return V.MultiplyAdd(slope * s, V.Broadcast(1f) - s, s);
    }
}

/// <summary>The exact GELU, x (1 + erf(x / sqrt 2)) / 2.</summary>
internal readonly struct GeluExactKernel : IUnaryKernel
{
    // 1 / sqrt 2, and 1 / sqrt(2 pi).
    private const float RootHalf = 0.70710678118654752f;
    private const float Density = 0.39894228040143268f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => x * Cumulative(x, V.Exp(x * x * V.Broadcast(-0.5f)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V bell = V.Exp(x * x * V.Broadcast(-0.5f));
        return V.MultiplyAdd(x * V.Broadcast(Density), bell, Cumulative(x, bell));
    }

    /// <summary>
    /// (1 + erf(x / sqrt 2)) / 2 given exp(-x^2 / 2), to 1.5e-7: Abramowitz and Stegun, formula 7.1.26, mirrored for negative x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Cumulative<V>(V x, V bell)
        where V : unmanaged, IFloats<V>
    {
        V one = V.Broadcast(1f);
        V t = one / V.MultiplyAdd(V.Abs(x), V.Broadcast(0.3275911f * RootHalf), one);
        V p = V.MultiplyAdd(V.Broadcast(1.061405429f), t, V.Broadcast(-1.453152027f));
        p = V.MultiplyAdd(p, t, V.Broadcast(1.421413741f));
        p = V.MultiplyAdd(p, t, V.Broadcast(-0.284496736f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.254829592f));
        V tail = p * t * bell * V.Broadcast(0.5f);
        V positive = V.StepAbove(x, V.Zero);
        return positive + (tail * (one - positive - positive));
    }
}

/// <summary>x * sigmoid(x).</summary>
internal readonly struct SiluKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => x * V.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V s = V.Sigmoid(x);
        return V.MultiplyAdd(x * s, V.Broadcast(1f) - s, s);
    }
}

/// <summary>x * sigmoid(1.702 x).</summary>
internal readonly struct QuickGeluKernel : IUnaryKernel
{
    private const float Slope = 1.702f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => x * V.Sigmoid(x * V.Broadcast(Slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V u = x * V.Broadcast(Slope);
        V s = V.Sigmoid(u);
        return V.MultiplyAdd(u * s, V.Broadcast(1f) - s, s);
    }
}

/// <summary>1 / (1 + exp(-x)).</summary>
internal readonly struct SigmoidKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V s = V.Sigmoid(x);
        return s * (V.Broadcast(1f) - s);
    }
}

/// <summary>Hyperbolic tangent.</summary>
internal readonly struct TanhKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>
    {
        V t = V.Tanh(x);
        return V.Broadcast(1f) - (t * t);
    }
}

/// <summary>max(x, 0); derivative 0 at 0.</summary>
internal readonly struct ReluKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Max(x, V.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V> => V.StepAbove(x, V.Zero);
}

/// <summary>e to the power x.</summary>
internal readonly struct ExpKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V> => V.Exp(x);
}

/// <summary>Natural logarithm.</summary>
internal readonly struct LogKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V> => V.Broadcast(1f) / x;
}

/// <summary>x * x.</summary>
internal readonly struct SquareKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V> => x + x;
}

/// <summary>Square root.</summary>
internal readonly struct SqrtKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V> => V.Broadcast(0.5f) / V.Sqrt(x);
}

/// <summary>Absolute value; derivative 0 at 0.</summary>
internal readonly struct AbsKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V x)
        where V : unmanaged, IFloats<V> => V.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x)
        where V : unmanaged, IFloats<V> => V.StepAbove(x, V.Zero) - V.StepAbove(V.Zero, x);
}
