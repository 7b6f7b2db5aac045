using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>The activations of linear layers and their derivatives, over any register type.</summary>
internal static unsafe class Activations
{
    // gelu(x) = x / 2 (1 + tanh(u)) = x sigmoid(2u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
    private const float TwiceRoot = 1.5957691216057308f;
    private const float Cubic = 0.044715f;

    /// <summary>GELU, tanh form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gelu<TVector, TLanes>(TVector x)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        TVector square = TLanes.Multiply(x, x);
        TVector inner = TLanes.MultiplyAdd(square, TLanes.Broadcast(TwiceRoot * Cubic), TLanes.Broadcast(TwiceRoot));
        return TLanes.Multiply(x, TLanes.Sigmoid(TLanes.Multiply(inner, x)));
    }

    /// <summary>Writes dy * activation'(x) for a range.</summary>
    public static void Backward<TVector, TLanes>(Activation activation, float* x, float* dy, float* dx, nint count)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        nint whole = count - (count % TLanes.Count);
        Range<TVector, TLanes>(activation, x, dy, dx, 0, whole);
        Range<float, Lanes1>(activation, x, dy, dx, whole, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Range<TVector, TLanes>(Activation activation, float* x, float* dy, float* dx, nint from, nint to)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        TVector one = TLanes.Broadcast(1f);
        for (nint i = from; i < to; i += TLanes.Count)
        {
            TVector v = TLanes.Load(x + i);
            TVector sigmoid, slope;
            if (activation == Activation.GeluTanh)
            {
                TVector square = TLanes.Multiply(v, v);
                TVector inner = TLanes.MultiplyAdd(square, TLanes.Broadcast(TwiceRoot * Cubic), TLanes.Broadcast(TwiceRoot));
                sigmoid = TLanes.Sigmoid(TLanes.Multiply(inner, v));
                slope = TLanes.MultiplyAdd(square, TLanes.Broadcast(3 * TwiceRoot * Cubic), TLanes.Broadcast(TwiceRoot));
            }
            else
            {
                sigmoid = TLanes.Sigmoid(v);
                slope = one;
            }
            // d(x s(u)) = s + x s (1 - s) u'
            TVector spread = TLanes.Multiply(TLanes.Multiply(v, sigmoid), TLanes.Subtract(one, sigmoid));
            TLanes.Store(TLanes.Multiply(TLanes.Load(dy + i), TLanes.MultiplyAdd(spread, slope, sigmoid)), dx + i);
        }
    }
}
