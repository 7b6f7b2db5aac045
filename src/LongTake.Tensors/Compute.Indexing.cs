using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Entries <paramref name="indices"/> of a dimension, in that order (an entry may come several times).</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index leaves the dimension.</exception>
    public Tensor Gather(Tensor x, int dim, int[] indices)
    {
        int d = CheckDimension(x, dim);
        CheckIndices(indices, x.Shape[d], $"dimension {d} of {x}");
        Tensor y = Tensor.Empty(x.Shape.With(d, indices.Length), x.DType);
        int outer = checked((int)x.Shape.CountOf(0, d));
        long inner = x.Shape.CountOf(d + 1, x.Rank);
        Backend.Gather(x, outer, x.Shape[d], inner, indices, y);
        if (Records(x))
        {
            RecordGather(x, outer, x.Shape[d], inner, indices, y);
        }
        return y;
    }

    /// <summary>
    /// Zeros with <paramref name="size"/> entries in a dimension, to which entry i of x is added at indices[i] (the
    /// transpose of <see cref="Gather"/>).
    /// </summary>
    /// <exception cref="ArgumentException">The number of indices is not the size of the dimension, or one leaves the result.</exception>
    public Tensor ScatterAdd(Tensor x, int dim, int[] indices, int size)
    {
        int d = CheckDimension(x, dim);
        if (indices.Length != x.Shape[d])
        {
            throw new ArgumentException(
                $"ScatterAdd: {indices.Length} indices for the {x.Shape[d]} entries of dimension {d} of {x}.", nameof(indices));
        }
        CheckIndices(indices, size, $"a result with {size} entries");
        Tensor y = Tensor.Zeros(x.Shape.With(d, size), x.DType);
        int outer = checked((int)x.Shape.CountOf(0, d));
        long inner = x.Shape.CountOf(d + 1, x.Rank);
        Backend.ScatterAdd(x, outer, size, inner, indices, y);
        if (Records(x))
        {
            RecordScatterAdd(x, outer, size, inner, indices, y);
        }
        return y;
    }

    /// <summary>Rows of a table: ids [...] and table [V, d] give [..., d], in single precision for bf16 and f16 tables.</summary>
    /// <param name="table">[V, d].</param>
    /// <param name="ids">I32 or I64, any shape of rank up to 5.</param>
    /// <exception cref="ArgumentException">The table has no two dimensions, or the ids are no integers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is not a row of the table.</exception>
    public Tensor Embedding(Tensor table, Tensor ids)
    {
        if (table.Rank != 2)
        {
            throw new ArgumentException($"Embedding: the table must be [V, d], not {table}.", nameof(table));
        }
        int[] rows = ids.DType switch
        {
            DType.I32 => ids.AsSpan<int>().ToArray(),
            DType.I64 => Array.ConvertAll(ids.AsSpan<long>().ToArray(), id => id is >= 0 and <= int.MaxValue ? (int)id : -1),
            _ => throw new ArgumentException($"Embedding: ids are I32 or I64, not {ids}.", nameof(ids)),
        };
        CheckIndices(rows, table.Shape[0], $"the table {table}");
        int d = table.Shape[1];
        Span<int> sizes = stackalloc int[Shape.MaxRank + 1];
        ids.Shape.CopyTo(sizes);
        sizes[ids.Rank] = d;
        Tensor y = Tensor.Empty(Shape.Create(sizes[..(ids.Rank + 1)]), table.DType == DType.F64 ? DType.F64 : DType.F32);
        Backend.Gather(table, 1, table.Shape[0], d, rows, y);
        if (Records(table))
        {
            RecordGather(table, 1, table.Shape[0], d, rows, y);
        }
        return y;
    }

    private static void CheckIndices(int[] indices, int size, string what)
    {
        foreach (int i in indices)
        {
            if ((uint)i >= (uint)size)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), i, $"The index {i} leaves {what}.");
            }
        }
    }

    private void RecordGather(Tensor x, int outer, int size, long inner, int[] indices, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.ScatterAdd(gy, outer, size, inner, indices, tape.GradOf(x)));
    }

    private void RecordScatterAdd(Tensor x, int outer, int size, long inner, int[] indices, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            using Tensor g = Tensor.Empty(x.Shape, x.DType);
            Backend.Gather(gy, outer, size, inner, indices, g);
            Backend.AddScaled(g, 1f, tape.GradOf(x));
        });
    }
}
