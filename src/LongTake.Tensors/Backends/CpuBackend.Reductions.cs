using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void SumMiddle(Tensor x, long outer, long count, long inner, float factor, Tensor y, bool add)
    {
        if (inner == 1)
        {
            SumRows(x.F32, outer, count, factor, y.F32, add);
        }
        else
        {
            SumColumns(x.F32, null, outer, count, inner, factor, y.F32, add);
        }
    }

    /// <inheritdoc/>
    public override void SpreadMiddle(Tensor x, long outer, long count, long inner, float factor, Tensor y)
    {
        SpreadJob job = new()
        {
            X = x.F32,
            Y = y.F32,
            Rows = outer * count,
            Count = count,
            Inner = inner,
            Factor = factor,
            RowsPerPiece = Pieces.Rows(inner),
        };
        Workers.Run(ref job, Pieces.Of(job.Rows, job.RowsPerPiece));
    }

    /// <inheritdoc/>
    public override void AddProductSum(Tensor a, Tensor b, Tensor target)
    {
        long inner = target.Count;
        if (inner != 1)
        {
            SumColumns(a.F32, b.F32, 1, a.Count / inner, inner, 1f, target.F32, true);
            return;
        }
        RowSumJob job = new() { A = a.F32, B = b.F32, Count = a.Count };
        *target.F32 += (float)Total(ref job);
    }

    /// <inheritdoc/>
    public override void SquaredError(Tensor a, Tensor b, Tensor? weights, float factor, Tensor y)
    {
        RowSumJob job = new()
        {
            A = a.F32,
            B = b.F32,
            SquaredError = true,
            Weights = weights is null ? null : weights.F32,
            WeightRun = weights is null ? a.Count : a.Count / weights.Count,
            Count = a.Count,
        };
        *y.F32 = (float)(factor * Total(ref job));
    }

    /// <inheritdoc/>
    public override void SquaredErrorBackward(Tensor a, Tensor b, Tensor? weights, float factor, Tensor gy, Tensor? ga, Tensor? gb)
    {
        SquaredErrorBackwardJob job = new()
        {
            A = a.F32,
            B = b.F32,
            Weights = weights is null ? null : weights.F32,
            WeightRun = weights is null ? a.Count : a.Count / weights.Count,
            Factor = 2f * factor * *gy.F32,
            GradA = ga is null ? null : ga.F32,
            GradB = gb is null ? null : gb.F32,
            Count = a.Count,
        };
        Workers.Run(ref job, Pieces.Of(a.Count, Pieces.Elements));
    }

    /// <summary>The sum of everything, combined in order of the pieces.</summary>
    private double Total(ref RowSumJob job)
    {
        job.PieceLength = Pieces.Elements;
        int pieces = Pieces.Of(job.Count, job.PieceLength);
        using Tensor sums = Tensor.Empty([pieces], DType.F64);
        job.Sums = (double*)sums.Pointer;
        Workers.Run(ref job, pieces);
        double total = 0;
        for (int i = 0; i < pieces; i++)
        {
            total += job.Sums[i];
        }
        return total;
    }

    private void SumRows(float* x, long outer, long count, float factor, float* y, bool add)
    {
        if (count <= Pieces.Elements)
        {
            RowSumsJob job = new()
            {
                X = x,
                Y = y,
                Rows = outer,
                Count = count,
                Factor = factor,
                Add = add,
                RowsPerPiece = Pieces.Rows(count),
            };
            Workers.Run(ref job, Pieces.Of(outer, job.RowsPerPiece));
            return;
        }
        for (long o = 0; o < outer; o++)
        {
            RowSumJob job = new() { A = x + (o * count), Count = count };
            float sum = (float)(factor * Total(ref job));
            y[o] = add ? y[o] + sum : sum;
        }
    }

    private void SumColumns(float* a, float* b, long outer, long count, long inner, float factor, float* y, bool add)
    {
        ColumnSumJob job = new()
        {
            A = a,
            B = b,
            Target = y,
            Count = count,
            Inner = inner,
            Parts = Math.Max(1, Pieces.Of(count, ColumnSumJob.PartRows)),
            Cuts = Pieces.Of(inner, ColumnSumJob.Columns),
            Factor = factor,
            Add = add,
        };
        int pieces = checked((int)outer * job.Parts * job.Cuts);
        if (job.Parts == 1)
        {
            Workers.Run(ref job, pieces);
            return;
        }
        using Tensor parts = Tensor.Empty([checked((int)outer), job.Parts, checked((int)inner)]);
        job.Target = parts.F32;
        Workers.Run(ref job, pieces);
        SumColumns(parts.F32, null, outer, job.Parts, inner, factor, y, add);
    }
}
