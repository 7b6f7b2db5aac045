using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Column sums of [outer, count, inner]: a piece is (outer, range of counts, range of columns) and writes its sums to
/// scratch [outer, parts, inner], or to the result if there is one part only.
/// </summary>
internal unsafe struct ColumnSumJob : IParallelJob
{
    public const int Columns = 512;
    public const int PartRows = 128;

    public float* A;

    /// <summary>If set, sums of products a * b.</summary>
    public float* B;
    public float* Target;
    public long Count;
    public long Inner;
    public int Parts;
    public int Cuts;
    public float Factor;
    public bool Add;

    public readonly void Run(int index)
    {
        int cut = index % Cuts;
        int part = index / Cuts % Parts;
        long o = index / Cuts / Parts;
        long column = (long)cut * Columns;
        int length = (int)Math.Min(Columns, Inner - column);
        long first = (long)part * PartRows;
        long last = Math.Min(first + PartRows, Count);
        float* sums = stackalloc float[Columns];
        Span<float> s = new(sums, length);
        s.Clear();
        for (long n = first; n < last; n++)
        {
            long at = (((o * Count) + n) * Inner) + column;
            ReadOnlySpan<float> a = new(A + at, length);
            if (B == null)
            {
                TensorPrimitives.Add(s, a, s);
            }
            else
            {
                TensorPrimitives.MultiplyAdd(a, new ReadOnlySpan<float>(B + at, length), s, s);
            }
        }
        Span<float> target = new(Target + (((o * Parts) + part) * Inner) + column, length);
        if (Parts == 1 && Add)
        {
            TensorPrimitives.MultiplyAdd(s, Factor, target, target);
        }
        else
        {
            TensorPrimitives.Multiply(s, Parts == 1 ? Factor : 1f, target);
        }
    }
}
