using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LongTake.Tensors.Files.Torch;

/// <summary>Gathers a strided view into contiguous memory.</summary>
internal static unsafe class ContiguousCopy
{
    /// <summary>Copies the elements of <paramref name="tensor"/>, whose storage starts at <paramref name="storage"/>, in row-major order.</summary>
    public static void Gather(byte* storage, TorchTensor tensor, byte* destination)
    {
        int size = tensor.DType.Size();
        byte* source = storage + (tensor.Offset * size);
        if (tensor.IsContiguous)
        {
            NativeMemory.Copy(source, destination, (nuint)(tensor.Shape.Count * size));
            return;
        }
        int rank = tensor.Shape.Rank;
        int inner = tensor.Shape[rank - 1];
        long innerStride = tensor.Strides[rank - 1] * size;
        Span<int> index = stackalloc int[Shape.MaxRank];
        index.Clear();
        long offset = 0;
        for (long rows = tensor.Shape.Count / inner; rows > 0; rows--)
        {
            byte* from = source + (offset * size);
            for (int i = 0; i < inner; i++, from += innerStride, destination += size)
            {
                switch (size)
                {
                    case 1:
                        *destination = *from;
                        break;
                    case 2:
                        *(ushort*)destination = *(ushort*)from;
                        break;
                    case 4:
                        *(uint*)destination = *(uint*)from;
                        break;
                    default:
                        *(ulong*)destination = *(ulong*)from;
                        break;
                }
            }
            // The next row: like an odometer over all dimensions but the innermost.
            for (int d = rank - 2; d >= 0; d--)
            {
                offset += tensor.Strides[d];
                if (++index[d] < tensor.Shape[d])
                {
                    break;
                }
                offset -= tensor.Strides[d] * index[d];
                index[d] = 0;
            }
        }
    }

    /// <summary>Reverses the bytes of every element in place.</summary>
    public static void SwapBytes(Tensor tensor)
    {
        switch (tensor.DType.Size())
        {
            case 2:
                BinaryPrimitives.ReverseEndianness(tensor.AsSpan<ushort>(), tensor.AsSpan<ushort>());
                break;
            case 4:
                BinaryPrimitives.ReverseEndianness(tensor.AsSpan<uint>(), tensor.AsSpan<uint>());
                break;
            case 8:
                BinaryPrimitives.ReverseEndianness(tensor.AsSpan<ulong>(), tensor.AsSpan<ulong>());
                break;
        }
    }
}
