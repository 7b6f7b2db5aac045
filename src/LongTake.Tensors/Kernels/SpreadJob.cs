using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>y[o, n, i] += factor * x[o, i]; a piece is a range of (o, n) rows.</summary>
internal unsafe struct SpreadJob : IParallelJob
{
    public float* X;
    public float* Y;
    public long Rows;
    public long Count;
    public long Inner;
    public float Factor;
    public int RowsPerPiece;

    public readonly void Run(int index)
    {
        long first = (long)index * RowsPerPiece;
        long last = Math.Min(first + RowsPerPiece, Rows);
        if (Inner == 1)
        {
            while (first < last)
            {
                int n = (int)Math.Min(last - first, Count - (first % Count));
                Span<float> run = new(Y + first, n);
                TensorPrimitives.Add(run, Factor * X[first / Count], run);
                first += n;
            }
            return;
        }
        for (long r = first; r < last; r++)
        {
            Span<float> y = new(Y + (r * Inner), (int)Inner);
            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(X + (r / Count * Inner), (int)Inner), Factor, y, y);
        }
    }
}
