using System.Runtime.Intrinsics;
using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void ChannelAffine(Tensor x, Tensor? scale, Tensor? shift, Tensor? slope, Tensor y)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ChannelAffine<Floats16>(x, scale, shift, slope, y);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ChannelAffine<Floats8>(x, scale, shift, slope, y);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ChannelAffine<Floats4>(x, scale, shift, slope, y);
        }
        else
        {
            ChannelAffine<Floats1>(x, scale, shift, slope, y);
        }
    }

    /// <summary>The same with vectors of a given width.</summary>
    internal void ChannelAffine<V>(Tensor x, Tensor? scale, Tensor? shift, Tensor? slope, Tensor y)
        where V : unmanaged, IFloats<V>
    {
        long positions = x.Shape.CountOf(2, x.Rank);
        ChannelAffineJob<V> job = new()
        {
            X = x.F32,
            Y = y.F32,
            Scale = scale is null ? null : scale.F32,
            Shift = shift is null ? null : shift.F32,
            Slope = slope is null ? null : slope.F32,
            Channels = x.Shape[1],
            Planes = (long)x.Shape[0] * x.Shape[1],
            Positions = positions,
            PlanesPerPiece = Pieces.Rows(positions),
        };
        Workers.Run(ref job, Pieces.Of(job.Planes, job.PlanesPerPiece));
    }
}
