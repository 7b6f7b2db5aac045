using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float eps, Tensor y)
    {
        NormJob job = RowJob(NormKind.Layer, x, weight, eps);
        job.Shift = bias is null ? null : bias.F32;
        job.Y = y.F32;
        RunForward(ref job, x.Count);
    }

    /// <inheritdoc/>
    public override void LayerNormBackward(Tensor x, Tensor? weight, float eps, Tensor gy, Tensor? gx, Tensor? gWeight, Tensor? gBias)
    {
        NormJob job = RowJob(NormKind.Layer, x, weight, eps);
        RunBackward(ref job, x.Count, gy, gx, gWeight is null ? null : gWeight.F32, gBias is null ? null : gBias.F32);
    }

    /// <inheritdoc/>
    public override void LayerNormModulate(Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor y)
    {
        NormJob job = GroupJob(NormKind.Layer, x, modulation, scaleRow, eps);
        job.Shift = modulation.F32 + ((long)shiftRow * job.Length);
        job.Y = y.F32;
        RunForward(ref job, x.Count);
    }

    /// <inheritdoc/>
    public override void LayerNormModulateBackward(
        Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor gy, Tensor? gx, Tensor? gModulation)
    {
        NormJob job = GroupJob(NormKind.Layer, x, modulation, scaleRow, eps);
        float* gm = gModulation is null ? null : gModulation.F32;
        RunBackward(
            ref job,
            x.Count,
            gy,
            gx,
            gm == null ? null : gm + ((long)scaleRow * job.Length),
            gm == null ? null : gm + ((long)shiftRow * job.Length));
    }

    /// <inheritdoc/>
    public override void RmsNorm(Tensor x, Tensor? weight, float eps, Tensor y)
    {
        NormJob job = RowJob(NormKind.RootMeanSquare, x, weight, eps);
        job.Y = y.F32;
        RunForward(ref job, x.Count);
    }

    /// <inheritdoc/>
    public override void RmsNormBackward(Tensor x, Tensor? weight, float eps, Tensor gy, Tensor? gx, Tensor? gWeight)
    {
        NormJob job = RowJob(NormKind.RootMeanSquare, x, weight, eps);
        RunBackward(ref job, x.Count, gy, gx, gWeight is null ? null : gWeight.F32, null);
    }

    /// <inheritdoc/>
    public override void GateAdd(Tensor residual, Tensor x, Tensor modulation, int gateRow, Tensor y)
    {
        NormJob job = GroupJob(NormKind.Gate, x, modulation, gateRow, 0);
        job.Residual = residual.F32;
        job.Y = y.F32;
        RunForward(ref job, x.Count);
    }

    /// <inheritdoc/>
    public override void GateAddBackward(Tensor x, Tensor modulation, int gateRow, Tensor gy, Tensor? gx, Tensor? gModulation)
    {
        NormJob job = GroupJob(NormKind.Gate, x, modulation, gateRow, 0);
        RunBackward(ref job, x.Count, gy, gx, gModulation is null ? null : gModulation.F32 + ((long)gateRow * job.Length), null);
    }

    /// <summary>All rows share one set of factors.</summary>
    private static NormJob RowJob(NormKind kind, Tensor x, Tensor? weight, float eps)
    {
        int length = x.Shape[-1];
        return new NormJob
        {
            Kind = kind,
            X = x.F32,
            Scale = weight is null ? null : weight.F32,
            Eps = eps,
            Length = length,
            GroupRows = length == 0 ? 0 : x.Count / length,
        };
    }

    /// <summary>Each group of tokens has its factors in a modulation.</summary>
    private static NormJob GroupJob(NormKind kind, Tensor x, Tensor modulation, int scaleRow, float eps)
    {
        int length = x.Shape[-1];
        return new NormJob
        {
            Kind = kind,
            X = x.F32,
            Scale = modulation.F32 + ((long)scaleRow * length),
            Base = 1f,
            Eps = eps,
            Length = length,
            GroupRows = x.Shape[1] / modulation.Shape[1],
            GroupStride = (long)modulation.Shape[2] * length,
        };
    }

    private void RunForward(ref NormJob job, long count)
    {
        if (count == 0)
        {
            return;
        }
        job.PieceRows = Pieces.Rows(job.Length, job.GroupRows);
        job.PiecesPerGroup = Pieces.Of(job.GroupRows, job.PieceRows);
        Workers.Run(ref job, Groups(job, count) * job.PiecesPerGroup);
    }

    private void RunBackward(ref NormJob job, long count, Tensor gy, Tensor? gx, float* gScale, float* gShift)
    {
        if (count == 0)
        {
            return;
        }
        int groups = Groups(job, count);
        job.Gradient = gy.F32;
        job.GradX = gx is null ? null : gx.F32;
        job.PieceRows = Pieces.SumRows;
        job.PiecesPerGroup = Pieces.Of(job.GroupRows, job.PieceRows);
        if (gScale == null && gShift == null)
        {
            Workers.Run(ref job, groups * job.PiecesPerGroup);
            return;
        }
        using Tensor partial = Tensor.Empty([groups * job.PiecesPerGroup, 2, job.Length]);
        job.Partial = partial.F32;
        Workers.Run(ref job, groups * job.PiecesPerGroup);
        NormPartialJob sums = new()
        {
            Partial = job.Partial,
            GradScale = gScale,
            GradShift = gShift,
            Length = job.Length,
            GroupStride = job.GroupStride,
            PiecesPerGroup = job.PiecesPerGroup,
        };
        Workers.Run(ref sums, groups);
    }

    private static int Groups(in NormJob job, long count) => checked((int)(count / job.Length / job.GroupRows));
}
