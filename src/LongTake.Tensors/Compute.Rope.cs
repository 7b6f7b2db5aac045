using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>
    /// Rotary position embedding of interleaved pairs: (x[2i], x[2i+1]) is rotated by the angle with the given cosine and
    /// sine. The tables are constants (no gradient).
    /// </summary>
    /// <param name="x">[B, N, H, D], D even.</param>
    /// <param name="cos">[N, D/2] shared by the heads, or [H, N, D/2].</param>
    /// <param name="sin">As <paramref name="cos"/>.</param>
    /// <param name="inverse">Rotate by the negative angles.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor Rope(Tensor x, Tensor cos, Tensor sin, bool inverse = false)
    {
        Shape s = x.Shape;
        if (s.Rank != 4 || s[3] % 2 != 0)
        {
            throw new ArgumentException($"Rope: takes [B, N, H, D] with even D, not {x}.", nameof(x));
        }
        Shape shared = [s[1], s[3] / 2];
        Shape perHead = [s[2], s[1], s[3] / 2];
        if ((cos.Shape != shared && cos.Shape != perHead) || sin.Shape != cos.Shape || sin.DType != cos.DType)
        {
            throw new ArgumentException($"Rope: the tables {cos} and {sin} must both be {shared} or {perHead} for {x}.", nameof(cos));
        }
        Tensor y = Tensor.Empty(s, x.DType);
        Backend.Rope(x, cos, sin, inverse, y);
        if (Records(x))
        {
            RecordRope(x, cos, sin, inverse, y);
        }
        return y;
    }

    private void RecordRope(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.RopeBackward(cos, sin, inverse, gy, tape.GradOf(x)));
    }
}
