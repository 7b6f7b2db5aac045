using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Copies the right-hand matrix of a product into panels: <c>width</c> columns by the whole depth, row after row, padded
/// with zeros on the right, which is the order the tile kernel reads. Stored 16-bit and 8-bit weights are widened on the way, or
/// kept as they are (the packed copy of a frozen weight).
/// </summary>
internal static unsafe class GemmPacking
{
    /// <summary>
    /// Packs rows <paramref name="start"/> to <paramref name="end"/> (along the depth) of one panel.
    /// </summary>
    /// <param name="source">Element (0, first column of the panel).</param>
    /// <param name="type">F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="stride">Elements between rows of the stored matrix.</param>
    /// <param name="transposed">Whether stored rows are columns of B (a linear layer's weight).</param>
    /// <param name="columns">Columns that exist, at most <paramref name="width"/>.</param>
    /// <param name="start">First depth index.</param>
    /// <param name="end">End of the depth range.</param>
    /// <param name="panel">Destination; single precision.</param>
    /// <param name="width">Columns of the panel.</param>
    /// <param name="scale">What the stored elements are multiplied by; 1 for all but 8-bit ones.</param>
    public static void Pack(
        void* source, DType type, nint stride, bool transposed, int columns, int start, int end, float* panel, int width, float scale = 1f)
    {
        switch (type)
        {
            case DType.F32:
                Pack<FloatElement>(source, stride, transposed, columns, start, end, panel, width);
                break;
            case DType.BF16:
                Pack<BFloat16Element>(source, stride, transposed, columns, start, end, panel, width);
                break;
            case DType.F8E4M3:
                Pack<Float8E4M3Element>(source, stride, transposed, columns, start, end, panel, width);
                break;
            case DType.F8E5M2:
                Pack<Float8E5M2Element>(source, stride, transposed, columns, start, end, panel, width);
                break;
            default:
                Pack<HalfElement>(source, stride, transposed, columns, start, end, panel, width);
                break;
        }
        Float8Kernels.Rescale(panel + (start * (nint)width), (end - start) * (nint)width, scale);
    }

    /// <summary>destination[c * destinationStride + r] = source[r * stride + c].</summary>
    public static void Transpose(float* source, nint stride, int rows, int columns, float* destination, nint destinationStride) =>
        Transpose<FloatElement>((byte*)source, stride, rows, columns, destination, destinationStride);

    /// <summary>Packs a 16-bit or 8-bit weight [columns, depth] without widening it.</summary>
    public static void PackTransposedBits<TBits>(TBits* source, nint stride, int columns, int depth, TBits* panel, int width)
        where TBits : unmanaged
    {
        for (int n = 0; n < width; n++)
        {
            for (int k = 0; k < depth; k++)
            {
                panel[(k * (nint)width) + n] = n < columns ? source[(n * stride) + k] : default;
            }
        }
    }

    /// <summary>Widens packed 16-bit and 8-bit values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen<TVector, TLanes>(void* packed, DType type, float scale, nint count, float* destination)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        if (type.IsFloat8())
        {
            Float8Kernels.Widen<TVector, TLanes>((byte*)packed, type, scale, destination, count);
            return;
        }
        // Panels are whole numbers of registers.
        ushort* source = (ushort*)packed;
        if (type == DType.BF16)
        {
            for (nint i = 0; i < count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.LoadBFloat16(source + i), destination + i);
            }
        }
        else
        {
            for (nint i = 0; i < count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.LoadHalf(source + i), destination + i);
            }
        }
    }

    private static void Pack<TElement>(void* source, nint stride, bool transposed, int columns, int start, int end, float* panel, int width)
        where TElement : struct, IElement
    {
        if (transposed)
        {
            PackTransposed<TElement>((byte*)source, stride, columns, start, end, panel, width);
        }
        else
        {
            PackRows<TElement>((byte*)source, stride, columns, start, end, panel, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<TElement>(byte* source, nint stride, int columns, int start, int end, float* panel, int width)
        where TElement : struct, IElement
    {
        for (int k = start; k < end; k++)
        {
            byte* from = source + (k * stride * TElement.Size);
            float* to = panel + (k * (nint)width);
            int n = 0;
            if (Vector256.IsHardwareAccelerated)
            {
                for (; n <= columns - 8; n += 8)
                {
                    TElement.Load8(from + (n * TElement.Size)).Store(to + n);
                }
            }
            for (; n < columns; n++)
            {
                to[n] = TElement.Load(from + (n * TElement.Size));
            }
            for (; n < width; n++)
            {
                to[n] = 0f;
            }
        }
    }

    private static void PackTransposed<TElement>(byte* source, nint stride, int columns, int start, int end, float* panel, int width)
        where TElement : struct, IElement
    {
        Transpose<TElement>(source + (start * TElement.Size), stride, columns, end - start, panel + (start * (nint)width), width);
        for (int n = columns; n < width; n++)
        {
            for (int k = start; k < end; k++)
            {
                panel[(k * (nint)width) + n] = 0f;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<TElement>(byte* source, nint stride, int rows, int columns, float* destination, nint destinationStride)
        where TElement : struct, IElement
    {
        int n = 0;
        if (Avx.IsSupported)
        {
            for (; n <= rows - 8; n += 8)
            {
                byte* from = source + (n * stride * TElement.Size);
                int k = 0;
                for (; k <= columns - 8; k += 8)
                {
                    Transpose8<TElement>(from + (k * TElement.Size), stride * TElement.Size, destination + (k * destinationStride) + n, destinationStride);
                }
                for (; k < columns; k++)
                {
                    for (int i = 0; i < 8; i++)
                    {
                        destination[(k * destinationStride) + n + i] = TElement.Load(from + (((i * stride) + k) * TElement.Size));
                    }
                }
            }
        }
        for (; n < rows; n++)
        {
            byte* from = source + (n * stride * TElement.Size);
            for (int k = 0; k < columns; k++)
            {
                destination[(k * destinationStride) + n] = TElement.Load(from + (k * TElement.Size));
            }
        }
    }

    /// <summary>Transposes an 8 x 8 block: pairs, then quads, then halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8<TElement>(byte* from, nint stride, float* to, nint width)
        where TElement : struct, IElement
    {
        Vector256<float> r0 = TElement.Load8(from);
        Vector256<float> r1 = TElement.Load8(from + stride);
        Vector256<float> r2 = TElement.Load8(from + (2 * stride));
        Vector256<float> r3 = TElement.Load8(from + (3 * stride));
        Vector256<float> r4 = TElement.Load8(from + (4 * stride));
        Vector256<float> r5 = TElement.Load8(from + (5 * stride));
        Vector256<float> r6 = TElement.Load8(from + (6 * stride));
        Vector256<float> r7 = TElement.Load8(from + (7 * stride));

        Vector256<float> a0 = Avx.UnpackLow(r0, r1);
        Vector256<float> a1 = Avx.UnpackHigh(r0, r1);
        Vector256<float> a2 = Avx.UnpackLow(r2, r3);
        Vector256<float> a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5);
        Vector256<float> a5 = Avx.UnpackHigh(r4, r5);
        Vector256<float> a6 = Avx.UnpackLow(r6, r7);
        Vector256<float> a7 = Avx.UnpackHigh(r6, r7);

        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44);
        Vector256<float> b1 = Avx.Shuffle(a0, a2, 0xEE);
        Vector256<float> b2 = Avx.Shuffle(a1, a3, 0x44);
        Vector256<float> b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44);
        Vector256<float> b5 = Avx.Shuffle(a4, a6, 0xEE);
        Vector256<float> b6 = Avx.Shuffle(a5, a7, 0x44);
        Vector256<float> b7 = Avx.Shuffle(a5, a7, 0xEE);

        Avx.Permute2x128(b0, b4, 0x20).Store(to);
        Avx.Permute2x128(b1, b5, 0x20).Store(to + width);
        Avx.Permute2x128(b2, b6, 0x20).Store(to + (2 * width));
        Avx.Permute2x128(b3, b7, 0x20).Store(to + (3 * width));
        Avx.Permute2x128(b0, b4, 0x31).Store(to + (4 * width));
        Avx.Permute2x128(b1, b5, 0x31).Store(to + (5 * width));
        Avx.Permute2x128(b2, b6, 0x31).Store(to + (6 * width));
        Avx.Permute2x128(b3, b7, 0x31).Store(to + (7 * width));
    }

    /// <summary>Reads elements of one storage type as single precision.</summary>
    private interface IElement
    {
        static abstract int Size { get; }

        static abstract float Load(byte* source);

        static abstract Vector256<float> Load8(byte* source);
    }

    private readonly struct FloatElement : IElement
    {
        public static int Size => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float Load(byte* source) => *(float*)source;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load8(byte* source) => Vector256.Load((float*)source);
    }

    private readonly struct BFloat16Element : IElement
    {
        public static int Size => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float Load(byte* source) => Lanes1.LoadBFloat16((ushort*)source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load8(byte* source) => Lanes256.LoadBFloat16((ushort*)source);
    }

    private readonly struct HalfElement : IElement
    {
        public static int Size => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float Load(byte* source) => Lanes1.LoadHalf((ushort*)source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load8(byte* source) => Lanes256.LoadHalf((ushort*)source);
    }

    private readonly struct Float8E4M3Element : IElement
    {
        public static int Size => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float Load(byte* source) => Lanes1.LoadFloat8E4M3(source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load8(byte* source) => Lanes256.LoadFloat8E4M3(source);
    }

    private readonly struct Float8E5M2Element : IElement
    {
        public static int Size => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float Load(byte* source) => Lanes1.LoadFloat8E5M2(source);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load8(byte* source) => Lanes256.LoadFloat8E5M2(source);
    }
}
