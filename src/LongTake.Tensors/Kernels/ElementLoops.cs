using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>The element-wise loops that backward passes of matrix products need, in the widest registers there are.</summary>
internal static unsafe class ElementLoops
{
    /// <summary>to += from.</summary>
    public static void Add(float* from, float* to, nint count)
    {
        nint i = Vector512.IsHardwareAccelerated ? Add<Vector512<float>, Lanes512>(from, to, 0, count)
            : Vector256.IsHardwareAccelerated ? Add<Vector256<float>, Lanes256>(from, to, 0, count)
            : Add<Vector128<float>, Lanes128>(from, to, 0, count);
        Add<float, Lanes1>(from, to, i, count);
    }

    /// <summary>to = a * b.</summary>
    public static void Multiply(float* a, float* b, float* to, nint count)
    {
        nint i = Vector512.IsHardwareAccelerated ? Multiply<Vector512<float>, Lanes512>(a, b, to, 0, count)
            : Vector256.IsHardwareAccelerated ? Multiply<Vector256<float>, Lanes256>(a, b, to, 0, count)
            : Multiply<Vector128<float>, Lanes128>(a, b, to, 0, count);
        Multiply<float, Lanes1>(a, b, to, i, count);
    }

    /// <summary>to += a * b.</summary>
    public static void MultiplyAdd(float* a, float* b, float* to, nint count)
    {
        nint i = Vector512.IsHardwareAccelerated ? MultiplyAdd<Vector512<float>, Lanes512>(a, b, to, 0, count)
            : Vector256.IsHardwareAccelerated ? MultiplyAdd<Vector256<float>, Lanes256>(a, b, to, 0, count)
            : MultiplyAdd<Vector128<float>, Lanes128>(a, b, to, 0, count);
        MultiplyAdd<float, Lanes1>(a, b, to, i, count);
    }

    /// <summary>dx = dy * activation'(x).</summary>
    public static void ActivationBackward(Activation activation, float* x, float* dy, float* dx, nint count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Activations.Backward<Vector512<float>, Lanes512>(activation, x, dy, dx, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Activations.Backward<Vector256<float>, Lanes256>(activation, x, dy, dx, count);
        }
        else
        {
            Activations.Backward<Vector128<float>, Lanes128>(activation, x, dy, dx, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Add<TVector, TLanes>(float* from, float* to, nint i, nint count)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(to + i), TLanes.Load(from + i)), to + i);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Multiply<TVector, TLanes>(float* a, float* b, float* to, nint i, nint count)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(a + i), TLanes.Load(b + i)), to + i);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint MultiplyAdd<TVector, TLanes>(float* a, float* b, float* to, nint i, nint count)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(a + i), TLanes.Load(b + i), TLanes.Load(to + i)), to + i);
        }
        return i;
    }
}
