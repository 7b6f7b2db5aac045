using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void CopyRuns(
        Tensor source,
        long sourceOffset,
        long sourceStride,
        Tensor target,
        long targetOffset,
        long targetStride,
        long outer,
        long inner,
        bool add)
    {
        if (add)
        {
            RunCopies<float, AddMove<float>>(
                source.F32 + sourceOffset, sourceStride, target.F32 + targetOffset, targetStride, outer, inner);
            return;
        }
        // Bytes, in the largest unit that fits the type.
        switch (source.DType.Size())
        {
            case 1:
                CopyRuns<byte>(source, sourceOffset, sourceStride, target, targetOffset, targetStride, outer, inner);
                break;
            case 2:
                CopyRuns<ushort>(source, sourceOffset, sourceStride, target, targetOffset, targetStride, outer, inner);
                break;
            case 4:
                CopyRuns<uint>(source, sourceOffset, sourceStride, target, targetOffset, targetStride, outer, inner);
                break;
            default:
                CopyRuns<ulong>(source, sourceOffset, sourceStride, target, targetOffset, targetStride, outer, inner);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Permute(Tensor x, ReadOnlySpan<int> axes, Tensor y, bool add)
    {
        if (add)
        {
            PermuteJob<float, AddMove<float>> job = new(x.F32, y.F32, x.Shape, axes);
            Workers.Run(ref job, job.PieceCount);
            return;
        }
        switch (x.DType.Size())
        {
            case 1:
                Permute<byte>(x, axes, y);
                break;
            case 2:
                Permute<ushort>(x, axes, y);
                break;
            case 4:
                Permute<uint>(x, axes, y);
                break;
            default:
                Permute<ulong>(x, axes, y);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Fill(Tensor y, float value) => y.Span.Fill(value);

    /// <inheritdoc/>
    public override void Cast(Tensor x, Tensor y)
    {
        CastJob job = new() { From = x.Pointer, FromType = x.DType, To = y.Pointer, ToType = y.DType, Scale = x.Scale, Count = x.Count };
        Workers.Run(ref job, Pieces.Of(x.Count, Pieces.Elements));
    }

    private void CopyRuns<T>(
        Tensor source, long sourceOffset, long sourceStride, Tensor target, long targetOffset, long targetStride, long outer, long inner)
        where T : unmanaged =>
        RunCopies<T, CopyMove<T>>(
            (T*)source.Pointer + sourceOffset, sourceStride, (T*)target.Pointer + targetOffset, targetStride, outer, inner);

    private void RunCopies<T, TMove>(T* source, long sourceStride, T* target, long targetStride, long outer, long inner)
        where T : unmanaged
        where TMove : struct, IMove<T>
    {
        CopyRunsJob<T, TMove> job = new(source, sourceStride, target, targetStride, outer, inner);
        Workers.Run(ref job, job.PieceCount);
    }

    private void Permute<T>(Tensor x, ReadOnlySpan<int> axes, Tensor y)
        where T : unmanaged
    {
        PermuteJob<T, CopyMove<T>> job = new((T*)x.Pointer, (T*)y.Pointer, x.Shape, axes);
        Workers.Run(ref job, job.PieceCount);
    }
}
