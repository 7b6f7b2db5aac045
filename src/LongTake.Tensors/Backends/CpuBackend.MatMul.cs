using LongTake.Tensors.Kernels;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
    {
        int k = transposeA ? a.Shape[-2] : a.Shape[-1];
        int m = transposeA ? a.Shape[-1] : a.Shape[-2];
        int n = transposeB ? b.Shape[-2] : b.Shape[-1];
        int batch = (m == 0 || k == 0) ? (int)a.Shape.CountOf(0, a.Rank - 2) : checked((int)(a.Count / ((long)m * k)));
        MatMulBatchJob job = new()
        {
            Backend = this,
            Arguments = new GemmArguments
            {
                M = m,
                N = n,
                K = k,
                A = a.F32,
                ARowStride = transposeA ? 1 : k,
                ADepthStride = transposeA ? m : 1,
                B = b.F32,
                BType = DType.F32,
                BStride = transposeB ? k : n,
                IsBTransposed = transposeB,
                C = c.F32,
                CStride = n,
                Accumulate = accumulate,
            },
            AStride = (nint)m * k,
            BStride = b.Rank == 2 ? 0 : (nint)k * n,
            CStride = c.Rank == 2 && a.Rank > 2 ? 0 : (nint)m * n,
        };
        if (batch > 1 && b.Rank == 2 && !transposeA)
        {
            // One matrix on the right: the entries of a are so many more rows.
            job.Arguments.M = checked(m * batch);
            batch = 1;
        }
        if (batch > 1 && job.CStride == 0)
        {
            for (int i = 0; i < batch; i++)
            {
                job.Run(i);
                job.Arguments.Accumulate = true;
            }
            return;
        }
        if (batch >= 4)
        {
            // Products inside a piece run on its thread.
            Workers.Run(ref job, batch);
            return;
        }
        for (int i = 0; i < batch; i++)
        {
            job.Run(i);
        }
    }

    private struct MatMulBatchJob : IParallelJob
    {
        public CpuBackend Backend;
        public GemmArguments Arguments;
        public nint AStride;
        public nint BStride;
        public nint CStride;

        public readonly void Run(int index)
        {
            GemmArguments one = Arguments;
            one.A += index * AStride;
            one.B = (float*)one.B + (index * BStride);
            one.C += index * CStride;
            Backend.Multiply(one);
        }
    }
}
