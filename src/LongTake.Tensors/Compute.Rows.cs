namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>
    /// Copies rows along dimension 1 of tensors [B, S, ...] of one type: destination[:, destinationRow + i] = source[:, sourceRow + i]. The
    /// tensors may be the same and the ranges may overlap. Writes in place and is not recorded: caches live outside of gradients.
    /// </summary>
    /// <exception cref="ArgumentException">Types, batch or row sizes differ, or a range leaves its tensor.</exception>
    public void CopyRows(Tensor source, int sourceRow, Tensor destination, int destinationRow, int count)
    {
        CheckRows(source, destination);
        CheckRange(source, sourceRow, count);
        CheckRange(destination, destinationRow, count);
        if (count > 0)
        {
            Backend.CopyRows(source, sourceRow, destination, destinationRow, count);
        }
    }

    /// <summary>
    /// The selected rows along dimension 1 of a tensor [B, S, ...], in any order: result[:, i] = source[:, rows[i]]. Not recorded:
    /// gradients do not flow through caches.
    /// </summary>
    /// <exception cref="ArgumentException">A row leaves the tensor.</exception>
    public Tensor GatherRows(Tensor source, ReadOnlySpan<int> rows)
    {
        foreach (int r in rows)
        {
            CheckRange(source, r, 1);
        }
        Tensor result = Tensor.Empty(source.Shape.With(1, rows.Length), source.DType);
        Backend.GatherRows(source, rows, result);
        return result;
    }

    private static void CheckRows(Tensor source, Tensor destination)
    {
        if (source.DType != destination.DType || source.Rank < 2 || destination.Rank < 2 || source.Shape[0] != destination.Shape[0] ||
            source.Shape.CountOf(2, source.Rank) != destination.Shape.CountOf(2, destination.Rank))
        {
            throw new ArgumentException(
                $"Rows of {source} cannot be copied to {destination}: type, batch and row size must agree.", nameof(destination));
        }
    }

    private static void CheckRange(Tensor tensor, int start, int count)
    {
        if (start < 0 || count < 0 || start + (long)count > tensor.Shape[1])
        {
            throw new ArgumentException(
                $"Rows {start}..{start + (long)count} leave dimension 1 of a tensor of shape {tensor.Shape}.", nameof(start));
        }
    }
}
