namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>v = x * scale[c] + shift[c]; y = v where v is positive, slope[c] * v elsewhere.</summary>
    /// <param name="x">[B, C, ...].</param>
    /// <param name="scale">C elements, or null for 1.</param>
    /// <param name="shift">C elements, or null for 0.</param>
    /// <param name="slope">C elements, or null for 1.</param>
    /// <param name="y">Result, shape of x; it may be x itself.</param>
    public abstract void ChannelAffine(Tensor x, Tensor? scale, Tensor? shift, Tensor? slope, Tensor y);
}
