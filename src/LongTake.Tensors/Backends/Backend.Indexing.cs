namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>
    /// y[o, i, :] = x[o, indices[i], :] for x viewed as [outer, size, inner] and y as [outer, count, inner]; y has the
    /// type of x, or is F32 and x bf16 or f16 (embedding tables).
    /// </summary>
    public abstract void Gather(Tensor x, int outer, int size, long inner, ReadOnlySpan<int> indices, Tensor y);

    /// <summary>target[o, indices[i], :] += x[o, i, :] for x viewed as [outer, count, inner]; repeated indices add up in order.</summary>
    public abstract void ScatterAdd(Tensor x, int outer, int size, long inner, ReadOnlySpan<int> indices, Tensor target);
}
