using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Sums of contiguous rows: a piece is a part of a row (long rows) or a range of rows (short ones). Blocks are summed in
/// single precision with many accumulators, block sums in double.
/// </summary>
internal unsafe struct RowSumJob : IParallelJob
{
    private const int Block = 1024;

    public float* A;

    /// <summary>If set, the sum of products a * b.</summary>
    public float* B;

    /// <summary>If true, the sum of squared differences (a - b)^2.</summary>
    public bool SquaredError;

    /// <summary>Weights of the squared differences, or null.</summary>
    public float* Weights;

    /// <summary>Elements that share a weight.</summary>
    public long WeightRun;

    public long Count;

    /// <summary>Elements that a piece sums.</summary>
    public int PieceLength;

    /// <summary>One sum a piece.</summary>
    public double* Sums;

    public readonly void Run(int index)
    {
        long start = (long)index * PieceLength;
        long end = Math.Min(start + PieceLength, Count);
        double sum = 0;
        while (start < end)
        {
            int n = (int)Math.Min(Block, end - start);
            if (SquaredError)
            {
                if (Weights != null)
                {
                    n = (int)Math.Min(n, WeightRun - (start % WeightRun));
                }
                double part = DifferenceSquares(start, n);
                sum += Weights == null ? part : part * Weights[start / WeightRun];
            }
            else
            {
                sum += B == null
                    ? TensorPrimitives.Sum(new ReadOnlySpan<float>(A + start, n))
                    : TensorPrimitives.Dot(new ReadOnlySpan<float>(A + start, n), new ReadOnlySpan<float>(B + start, n));
            }
            start += n;
        }
        Sums[index] = sum;
    }

    private readonly float DifferenceSquares(long start, int n)
    {
        float distance = TensorPrimitives.Distance(new ReadOnlySpan<float>(A + start, n), new ReadOnlySpan<float>(B + start, n));
        return distance * distance;
    }
}

/// <summary>Sums of short rows: a piece is a range of rows.</summary>
internal unsafe struct RowSumsJob : IParallelJob
{
    public float* X;
    public float* Y;
    public long Rows;
    public long Count;
    public float Factor;
    public bool Add;
    public int RowsPerPiece;

    public readonly void Run(int index)
    {
        long first = (long)index * RowsPerPiece;
        long last = Math.Min(first + RowsPerPiece, Rows);
        for (long r = first; r < last; r++)
        {
            float sum = Factor * TensorPrimitives.Sum(new ReadOnlySpan<float>(X + (r * Count), (int)Count));
            Y[r] = Add ? Y[r] + sum : sum;
        }
    }
}
