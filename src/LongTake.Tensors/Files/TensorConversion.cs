using System.Runtime.InteropServices;
using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Files;

/// <summary>Conversion between stored element types, outside of any network (checkpoint files, merging of weights).</summary>
public static class TensorConversion
{
    /// <summary>
    /// A copy of the tensor in another element type, rounded to nearest even where it narrows. All floating types
    /// convert into one another; integers and booleans convert to floating types. A float8 result has scale 1
    /// (values beyond 448 saturate in <see cref="DType.F8E4M3"/>); give <see cref="Convert"/> a destination with a scale for another.
    /// </summary>
    /// <exception cref="ArgumentException">A fraction would have to become an integer.</exception>
    public static Tensor To(Tensor source, DType type)
    {
        Tensor result = Tensor.Empty(source.Shape, type);
        Convert(source, result);
        return result;
    }

    /// <summary>
    /// Converts all elements of <paramref name="source"/> into <paramref name="destination"/> (same element count), each with its
    /// <see cref="Tensor.Scale"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The counts differ, or a fraction would have to become an integer.</exception>
    public static void Convert(Tensor source, Tensor destination)
    {
        if (source.Count != destination.Count)
        {
            throw new ArgumentException($"Cannot convert {source} into {destination}.", nameof(destination));
        }
        if (source.DType == destination.DType && source.Scale == destination.Scale)
        {
            destination.CopyFrom(source);
            return;
        }
        if (!destination.DType.IsFloating())
        {
            throw new ArgumentException($"{source.DType} values cannot be stored as {destination.DType}.", nameof(destination));
        }
        // Through a buffer of the wider type, piece by piece. Double only where a double or a long is involved: rounding
        // twice (double -> float -> half) could differ from rounding once.
        if (source.DType is DType.F64 or DType.I64 or DType.I32 || destination.DType == DType.F64)
        {
            Span<double> buffer = stackalloc double[512];
            for (long i = 0; i < source.Count; i += buffer.Length)
            {
                Span<double> part = buffer[..(int)Math.Min(buffer.Length, source.Count - i)];
                ReadDoubles(source, i, part);
                WriteDoubles(destination, i, part);
            }
        }
        else
        {
            Span<float> buffer = stackalloc float[1024];
            for (long i = 0; i < source.Count; i += buffer.Length)
            {
                Span<float> part = buffer[..(int)Math.Min(buffer.Length, source.Count - i)];
                ReadFloats(source, i, part);
                WriteFloats(destination, i, part);
            }
        }
    }

    private static unsafe Span<T> Part<T>(Tensor t, long start, int length)
        where T : unmanaged => new((T*)t.Pointer + start, length);

    private static unsafe void ReadFloats(Tensor t, long start, Span<float> values)
    {
        int n = values.Length;
        switch (t.DType)
        {
            case DType.F32:
                Part<float>(t, start, n).CopyTo(values);
                break;
            case DType.BF16:
                Span<uint> bits = MemoryMarshal.Cast<float, uint>(values);
                ReadOnlySpan<ushort> upper = Part<ushort>(t, start, n);
                for (int i = 0; i < n; i++)
                {
                    bits[i] = (uint)upper[i] << 16;
                }
                break;
            case DType.F16:
                System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(Part<Half>(t, start, n), values);
                break;
            case DType.F8E4M3 or DType.F8E5M2:
                fixed (float* to = values)
                {
                    Float8Kernels.Widen((byte*)t.Pointer + start, t.DType, t.Scale, to, n);
                }
                break;
            case DType.I16:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<short, float>(Part<short>(t, start, n), values);
                break;
            case DType.I8:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<sbyte, float>(Part<sbyte>(t, start, n), values);
                break;
            default:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<byte, float>(Part<byte>(t, start, n), values);
                break;
        }
    }

    private static void WriteFloats(Tensor t, long start, ReadOnlySpan<float> values)
    {
        int n = values.Length;
        switch (t.DType)
        {
            case DType.F32:
                values.CopyTo(Part<float>(t, start, n));
                break;
            case DType.F16:
                System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(values, Part<Half>(t, start, n));
                break;
            case DType.F8E4M3 or DType.F8E5M2:
                Span<byte> codes = Part<byte>(t, start, n);
                for (int i = 0; i < n; i++)
                {
                    codes[i] = Float8Kernels.Round(values[i] / t.Scale, t.DType);
                }
                break;
            default:
                Span<BFloat16> narrow = Part<BFloat16>(t, start, n);
                for (int i = 0; i < n; i++)
                {
                    narrow[i] = (BFloat16)values[i];
                }
                break;
        }
    }

    private static void ReadDoubles(Tensor t, long start, Span<double> values)
    {
        int n = values.Length;
        switch (t.DType)
        {
            case DType.F64:
                Part<double>(t, start, n).CopyTo(values);
                break;
            case DType.I64:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<long, double>(Part<long>(t, start, n), values);
                break;
            case DType.I32:
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<int, double>(Part<int>(t, start, n), values);
                break;
            default:
                Span<float> narrow = stackalloc float[n];
                ReadFloats(t, start, narrow);
                System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, double>(narrow, values);
                break;
        }
    }

    private static void WriteDoubles(Tensor t, long start, ReadOnlySpan<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            switch (t.DType)
            {
                case DType.F64:
                    Part<double>(t, start, values.Length)[i] = values[i];
                    break;
                case DType.F32:
                    Part<float>(t, start, values.Length)[i] = (float)values[i];
                    break;
                case DType.F16:
                    Part<Half>(t, start, values.Length)[i] = (Half)values[i];
                    break;
                case DType.BF16:
                    // Rounded by way of single precision, as PyTorch does.
                    Part<BFloat16>(t, start, values.Length)[i] = (BFloat16)(float)values[i];
                    break;
                default:
                    Part<byte>(t, start, values.Length)[i] = Float8Kernels.Round((float)values[i] / t.Scale, t.DType);
                    break;
            }
        }
    }
}
