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

    /// <summary>Weights of squared differences (a - b)^2 a leading index, see <see cref="WeightRun"/>; used with <see cref="SquaredError"/>.</summary>
    public float* Weights;
    public long WeightRun;
    public bool SquaredError;
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

/// <summary>ga += c w (a - b), gb -= the same.</summary>
internal unsafe struct SquaredErrorBackwardJob : IParallelJob
{
    public float* A;
    public float* B;
    public float* Weights;
    public long WeightRun;
    public float Factor;
    public float* GradA;
    public float* GradB;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        long end = Math.Min(start + Pieces.Elements, Count);
        while (start < end)
        {
            int n = (int)Math.Min(Weights == null ? end - start : WeightRun - (start % WeightRun), end - start);
            float factor = Weights == null ? Factor : Factor * Weights[start / WeightRun];
            ReadOnlySpan<float> a = new(A + start, n);
            ReadOnlySpan<float> b = new(B + start, n);
            if (GradA != null)
            {
                Span<float> g = new(GradA + start, n);
                TensorPrimitives.MultiplyAdd(a, factor, g, g);
                TensorPrimitives.MultiplyAdd(b, -factor, g, g);
            }
            if (GradB != null)
            {
                Span<float> g = new(GradB + start, n);
                TensorPrimitives.MultiplyAdd(a, -factor, g, g);
                TensorPrimitives.MultiplyAdd(b, factor, g, g);
            }
            start += n;
        }
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
