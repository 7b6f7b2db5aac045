using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Rope(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y) => Rope(x, cos, sin, inverse ? -1f : 1f, y, false);

    /// <inheritdoc/>
    public override void RopeBackward(Tensor cos, Tensor sin, bool inverse, Tensor gy, Tensor gx) =>
        Rope(gy, cos, sin, inverse ? 1f : -1f, gx, true);

    private void Rope(Tensor x, Tensor cos, Tensor sin, float sign, Tensor y, bool accumulate)
    {
        Shape s = x.Shape;
        RopeJob job = new()
        {
            X = x.F32,
            Y = y.F32,
            Cos = cos.F32,
            Sin = sin.F32,
            Sign = sign,
            Accumulate = accumulate,
            Tokens = (long)s[0] * s[1],
            TokensPerSample = s[1],
            Heads = s[2],
            HeadSize = s[3],
            HeadStride = cos.Rank == 3 ? (long)s[1] * (s[3] / 2) : 0,
            TokensPerPiece = Pieces.Rows((long)s[2] * s[3], (long)s[0] * s[1]),
        };
        Workers.Run(ref job, Pieces.Of(job.Tokens, job.TokensPerPiece));
    }
}
