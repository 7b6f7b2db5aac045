namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void CopyRows(Tensor source, int sourceRow, Tensor destination, int destinationRow, int count)
    {
        long row = source.Shape.CountOf(2, source.Rank) * source.DType.Size();
        byte* from = (byte*)source.Pointer + (sourceRow * row);
        byte* to = (byte*)destination.Pointer + (destinationRow * row);
        for (int b = 0; b < source.Shape[0]; b++)
        {
            // Buffer.MemoryCopy copes with overlap.
            Buffer.MemoryCopy(from, to, count * row, count * row);
            from += source.Shape[1] * row;
            to += destination.Shape[1] * row;
        }
    }

    /// <inheritdoc/>
    public override void GatherRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        long row = source.Shape.CountOf(2, source.Rank) * source.DType.Size();
        byte* from = (byte*)source.Pointer;
        byte* to = (byte*)destination.Pointer;
        for (int b = 0; b < source.Shape[0]; b++)
        {
            foreach (int r in rows)
            {
                Buffer.MemoryCopy(from + (r * row), to, row, row);
                to += row;
            }
            from += source.Shape[1] * row;
        }
    }
}
