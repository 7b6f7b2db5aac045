using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class ReferenceBackend
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
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                Move(source, sourceOffset + (o * sourceStride) + i, target, targetOffset + (o * targetStride) + i, add);
            }
        }
    }

    /// <inheritdoc/>
    public override void Permute(Tensor x, ReadOnlySpan<int> axes, Tensor y, bool add)
    {
        for (long at = 0; at < y.Count; at++)
        {
            long from = 0;
            long rest = at;
            for (int k = axes.Length - 1; k >= 0; k--)
            {
                from += rest % y.Shape[k] * x.Shape.CountOf(axes[k] + 1, x.Rank);
                rest /= y.Shape[k];
            }
            Move(x, from, y, at, add);
        }
    }

    /// <inheritdoc/>
    public override void Fill(Tensor y, float value)
    {
        if (IsDouble(y))
        {
            y.AsSpan<double>().Fill(value);
        }
        else
        {
            y.Span.Fill(value);
        }
    }

    /// <inheritdoc/>
    public override void Cast(Tensor x, Tensor y) =>
        CastKernels.Convert(x.Pointer, x.DType, y.Pointer, y.DType, checked((int)x.Count), x.Scale);

    /// <inheritdoc/>
    public override void Gather(Tensor x, int outer, int size, long inner, ReadOnlySpan<int> indices, Tensor y)
    {
        for (long at = 0; at < y.Count; at++)
        {
            long i = at / inner % indices.Length;
            long o = at / inner / indices.Length;
            long from = (((o * size) + indices[(int)i]) * inner) + (at % inner);
            CastKernels.Convert(
                (byte*)x.Pointer + (from * x.DType.Size()), x.DType, (byte*)y.Pointer + (at * y.DType.Size()), y.DType, 1, x.Scale);
        }
    }

    /// <inheritdoc/>
    public override void ScatterAdd(Tensor x, int outer, int size, long inner, ReadOnlySpan<int> indices, Tensor target)
    {
        for (long at = 0; at < x.Count; at++)
        {
            long i = at / inner % indices.Length;
            long o = at / inner / indices.Length;
            Move(x, at, target, (((o * size) + indices[(int)i]) * inner) + (at % inner), true);
        }
    }

    private static void Move(Tensor source, long from, Tensor target, long to, bool add)
    {
        if (!add)
        {
            int size = source.DType.Size();
            Buffer.MemoryCopy((byte*)source.Pointer + (from * size), (byte*)target.Pointer + (to * size), size, size);
        }
        else if (IsDouble(source))
        {
            ((double*)target.Pointer)[to] += ((double*)source.Pointer)[from];
        }
        else
        {
            target.F32[to] += source.F32[from];
        }
    }
}
