namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>
    /// Rotates pairs (2i, 2i + 1) of x [B, N, H, D] by the angles whose cosines and sines are [N, D/2] or [H, N, D/2]
    /// (by the negative angles if <paramref name="inverse"/>); y may be x.
    /// </summary>
    public abstract void Rope(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y);

    /// <summary>gx += gy rotated back.</summary>
    public abstract void RopeBackward(Tensor cos, Tensor sin, bool inverse, Tensor gy, Tensor gx);
}
