using System.Numerics;
using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Conversion between element types, in pieces.</summary>
internal unsafe struct CastJob : IParallelJob
{
    public void* From;
    public void* To;
    public DType FromType;
    public DType ToType;
    public float Scale;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        int length = Pieces.Length(index, Count, Pieces.Elements);
        CastKernels.Convert(
            (byte*)From + (start * FromType.Size()), FromType, (byte*)To + (start * ToType.Size()), ToType, length, Scale);
    }
}

/// <summary>Conversion between element types.</summary>
internal static unsafe class CastKernels
{
    /// <summary>Converts <paramref name="count"/> elements; 8-bit ones are multiplied by <paramref name="scale"/>, their tensor's.</summary>
    public static void Convert(void* from, DType fromType, void* to, DType toType, int count, float scale = 1f)
    {
        switch (fromType, toType)
        {
            case (DType.F16, DType.F32):
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(from, count), new Span<float>(to, count));
                return;
            case (DType.F32, DType.F16):
                TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(from, count), new Span<Half>(to, count));
                return;
            case (DType.BF16, DType.F32):
                WidenBFloat16((ushort*)from, (uint*)to, count);
                return;
            case (DType.F8E4M3 or DType.F8E5M2, DType.F32):
                Float8Kernels.Widen((byte*)from, fromType, scale, (float*)to, count);
                return;
            default:
                break;
        }
        switch (fromType)
        {
            case DType.F32:
                To<float>((float*)from, to, toType, count);
                break;
            case DType.F64:
                To<double>((double*)from, to, toType, count);
                break;
            case DType.F16:
                To<Half>((Half*)from, to, toType, count);
                break;
            case DType.BF16:
                for (int i = 0; i < count; i++)
                {
                    float value = (float)((BFloat16*)from)[i];
                    To(&value, (byte*)to + (i * toType.Size()), toType, 1);
                }
                break;
            case DType.F8E4M3 or DType.F8E5M2:
                for (int i = 0; i < count; i++)
                {
                    float value = Float8Kernels.Element(((byte*)from)[i], fromType) * scale;
                    To(&value, (byte*)to + (i * toType.Size()), toType, 1);
                }
                break;
            case DType.I64:
                To<long>((long*)from, to, toType, count);
                break;
            case DType.I32:
                To<int>((int*)from, to, toType, count);
                break;
            case DType.I16:
                To<short>((short*)from, to, toType, count);
                break;
            case DType.I8:
                To<sbyte>((sbyte*)from, to, toType, count);
                break;
            default:
                To<byte>((byte*)from, to, toType, count);
                break;
        }
    }

    private static void WidenBFloat16(ushort* from, uint* to, int count)
    {
        // A simple loop: the compiler's widening load and shift are what the hardware does best.
        Span<uint> target = new(to, count);
        TensorPrimitives.ConvertTruncating<ushort, uint>(new ReadOnlySpan<ushort>(from, count), target);
        TensorPrimitives.ShiftLeft<uint>(target, 16, target);
    }

    private static void To<T>(T* from, void* to, DType toType, int count)
        where T : unmanaged, INumber<T>
    {
        switch (toType)
        {
            case DType.F32:
                Each(from, (float*)to, count);
                break;
            case DType.F64:
                Each(from, (double*)to, count);
                break;
            case DType.F16:
                Each(from, (Half*)to, count);
                break;
            case DType.BF16:
                for (int i = 0; i < count; i++)
                {
                    ((BFloat16*)to)[i] = (BFloat16)float.CreateSaturating(from[i]);
                }
                break;
            case DType.F8E4M3 or DType.F8E5M2:
                for (int i = 0; i < count; i++)
                {
                    ((byte*)to)[i] = Float8Kernels.Round(float.CreateSaturating(from[i]), toType);
                }
                break;
            case DType.I64:
                Each(from, (long*)to, count);
                break;
            case DType.I32:
                Each(from, (int*)to, count);
                break;
            case DType.I16:
                Each(from, (short*)to, count);
                break;
            case DType.I8:
                Each(from, (sbyte*)to, count);
                break;
            case DType.Bool:
                for (int i = 0; i < count; i++)
                {
                    ((byte*)to)[i] = T.IsZero(from[i]) ? (byte)0 : (byte)1;
                }
                break;
            default:
                Each(from, (byte*)to, count);
                break;
        }
    }

    private static void Each<TFrom, TTo>(TFrom* from, TTo* to, int count)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        for (int i = 0; i < count; i++)
        {
            to[i] = TTo.CreateSaturating(from[i]);
        }
    }
}
