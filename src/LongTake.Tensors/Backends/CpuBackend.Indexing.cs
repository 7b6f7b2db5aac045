using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Gather(Tensor x, int outer, int size, long inner, ReadOnlySpan<int> indices, Tensor y)
    {
        fixed (int* p = indices)
        {
            GatherJob job = new()
            {
                X = x.Pointer,
                Y = y.Pointer,
                From = x.DType,
                To = y.DType,
                Scale = x.Scale,
                Indices = p,
                IndexCount = indices.Length,
                Outer = outer,
                Size = size,
                Inner = inner,
                RowsPerPiece = Pieces.Rows(inner),
            };
            Workers.Run(ref job, Pieces.Of((long)outer * indices.Length, job.RowsPerPiece));
        }
    }

    /// <inheritdoc/>
    public override void ScatterAdd(Tensor x, int outer, int size, long inner, ReadOnlySpan<int> indices, Tensor target)
    {
        fixed (int* p = indices)
        {
            ScatterAddJob job = new()
            {
                X = x.F32,
                Target = target.F32,
                Indices = p,
                IndexCount = indices.Length,
                Size = size,
                Inner = inner,
                Cuts = Pieces.Of(inner, ScatterAddJob.Columns),
            };
            Workers.Run(ref job, outer * job.Cuts);
        }
    }
}
