using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Turns stored 8-bit floats into numbers: widened exactly, then multiplied by their tensor's scale with one rounding, wherever and at
/// whatever width it is done.
/// </summary>
internal static unsafe class Float8Kernels
{
    /// <summary>destination[i] = source[i] * scale, in the widest registers there are.</summary>
    /// <param name="source">Stored elements.</param>
    /// <param name="type"><see cref="DType.F8E4M3"/> or <see cref="DType.F8E5M2"/>.</param>
    /// <param name="scale">The tensor's <see cref="Tensor.Scale"/>.</param>
    /// <param name="destination">Single precision.</param>
    /// <param name="count">Elements.</param>
    public static void Widen(byte* source, DType type, float scale, float* destination, nint count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Widen<Vector512<float>, Lanes512>(source, type, scale, destination, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Widen<Vector256<float>, Lanes256>(source, type, scale, destination, count);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Widen<Vector128<float>, Lanes128>(source, type, scale, destination, count);
        }
        else
        {
            Widen<float, Lanes1>(source, type, scale, destination, count);
        }
    }

    /// <summary>The same in registers of one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen<TVector, TLanes>(byte* source, DType type, float scale, float* destination, nint count)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        TVector factor = TLanes.Broadcast(scale);
        nint i = 0;
        if (type == DType.F8E4M3)
        {
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.LoadFloat8E4M3(source + i), factor), destination + i);
            }
        }
        else
        {
            for (; i <= count - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(TLanes.LoadFloat8E5M2(source + i), factor), destination + i);
            }
        }
        for (; i < count; i++)
        {
            destination[i] = Element(source[i], type) * scale;
        }
    }

    /// <summary>Multiplies elements that were widened on the way into another order.</summary>
    public static void Rescale(float* values, nint count, float scale)
    {
        if (scale != 1f)
        {
            Span<float> span = new(values, checked((int)count));
            TensorPrimitives.Multiply(span, scale, span);
        }
    }

    /// <summary>One stored element, without its scale.</summary>
    public static float Element(byte bits, DType type) => type == DType.F8E4M3 ? (float)new Float8E4M3(bits) : (float)new Float8E5M2(bits);

    /// <summary>Rounds to the stored type (<see cref="Float8E4M3"/> saturates).</summary>
    public static byte Round(float value, DType type) => type == DType.F8E4M3 ? ((Float8E4M3)value).Bits : ((Float8E5M2)value).Bits;
}
