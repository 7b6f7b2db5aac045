namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>
    /// Copies rows along dimension 1 of tensors [B, S, ...] of one type: destination[:, destinationRow + i] = source[:, sourceRow + i]. The
    /// tensors may be the same and the ranges may overlap.
    /// </summary>
    public abstract void CopyRows(Tensor source, int sourceRow, Tensor destination, int destinationRow, int count);

    /// <summary>Copies the selected rows along dimension 1 of a tensor [B, S, ...]: destination[:, i] = source[:, rows[i]].</summary>
    public abstract void GatherRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination);
}
