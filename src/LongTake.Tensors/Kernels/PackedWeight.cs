using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Kernels;

/// <summary>The panels of a frozen weight, in its storage type; kept in <see cref="Tensor.Packed"/>.</summary>
internal sealed unsafe class PackedWeight : IDisposable
{
    private NativeBuffer? _buffer;

    /// <summary>Packs a weight [N, K].</summary>
    /// <param name="weight">F32, BF16, F16, F8E4M3 or F8E5M2; the scale of the last two stays apart.</param>
    /// <param name="width">Columns (of the transposed weight) a panel.</param>
    public PackedWeight(Tensor weight, int width)
    {
        int n = weight.Shape[0];
        int k = weight.Shape[1];
        int size = weight.DType.Size();
        int panels = (n + width - 1) / width;
        _buffer = NativeMemoryPool.Shared.Rent((long)panels * k * width * size);
        byte* source = (byte*)weight.Pointer;
        for (int p = 0; p < panels; p++)
        {
            int columns = Math.Min(width, n - (p * width));
            void* from = source + ((nint)p * width * k * size);
            void* to = _buffer.Address + ((nint)p * width * k * size);
            if (weight.DType == DType.F32)
            {
                GemmPacking.Pack(from, DType.F32, k, transposed: true, columns, 0, k, (float*)to, width);
            }
            else if (size == 1)
            {
                GemmPacking.PackTransposedBits((byte*)from, k, columns, k, (byte*)to, width);
            }
            else
            {
                GemmPacking.PackTransposedBits((ushort*)from, k, columns, k, (ushort*)to, width);
            }
        }
    }

    /// <summary>First panel.</summary>
    public void* Address => _buffer!.Address;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is NativeBuffer buffer)
        {
            _buffer = null;
            NativeMemoryPool.Shared.Return(buffer);
        }
    }
}
