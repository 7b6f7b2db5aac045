namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void CopyRows(Tensor source, int sourceRow, Tensor destination, int destinationRow, int count)
    {
        using Tensor copy = source.Clone();
        for (int i = 0; i < count; i++)
        {
            CopyRow(copy, sourceRow + i, destination, destinationRow + i);
        }
    }

    /// <inheritdoc/>
    public override void GatherRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            CopyRow(source, rows[i], destination, i);
        }
    }

    private static unsafe void CopyRow(Tensor source, int sourceRow, Tensor destination, int destinationRow)
    {
        int size = checked((int)source.Shape.CountOf(2, source.Rank) * source.DType.Size());
        for (long b = 0; b < source.Shape[0]; b++)
        {
            byte* from = (byte*)source.Pointer + (((b * source.Shape[1]) + sourceRow) * size);
            byte* to = (byte*)destination.Pointer + (((b * destination.Shape[1]) + destinationRow) * size);
            for (int i = 0; i < size; i++)
            {
                to[i] = from[i];
            }
        }
    }
}
