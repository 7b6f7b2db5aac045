namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>
    /// Copies (or adds, floating types only) <paramref name="outer"/> runs of <paramref name="inner"/> elements. Offsets and
    /// strides count elements; source and target have one type and do not overlap. Concatenation, slices and padding are this.
    /// </summary>
    public abstract void CopyRuns(
        Tensor source,
        long sourceOffset,
        long sourceStride,
        Tensor target,
        long targetOffset,
        long targetStride,
        long outer,
        long inner,
        bool add);

    /// <summary>
    /// y[i0, i1, ...] = x with dimension axes[k] of x at position k; adds to y if <paramref name="add"/> (floating types only).
    /// </summary>
    public abstract void Permute(Tensor x, ReadOnlySpan<int> axes, Tensor y, bool add);

    /// <summary>Sets every element of a floating tensor.</summary>
    public abstract void Fill(Tensor y, float value);

    /// <summary>Converts elements: floating to integer truncates and saturates, to bf16 and f16 rounds to nearest even.</summary>
    public abstract void Cast(Tensor x, Tensor y);
}
