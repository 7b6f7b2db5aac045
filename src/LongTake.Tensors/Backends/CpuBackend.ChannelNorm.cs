using System.Runtime.Intrinsics;
using LongTake.Tensors.Kernels;
using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void ChannelRmsNorm(Tensor x, Tensor gamma, bool silu, Tensor y) =>
        NormChannels(x, gamma, silu, y, null, null, null);

    /// <inheritdoc/>
    public override void ChannelRmsNormBackward(Tensor gy, Tensor x, Tensor gamma, bool silu, Tensor? gx, Tensor? gGamma) =>
        NormChannels(x, gamma, silu, null, gy, gx, gGamma);

    /// <inheritdoc/>
    public override void UpsampleNearest2(Tensor x, Tensor y) => Upsample(x.F32, y.F32, x.Shape, backward: false);

    /// <inheritdoc/>
    public override void UpsampleNearest2Backward(Tensor gy, Tensor gx) => Upsample(gx.F32, gy.F32, gx.Shape, backward: true);

    private void NormChannels(Tensor x, Tensor gamma, bool silu, Tensor? y, Tensor? gy, Tensor? gx, Tensor? gGamma)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            NormChannels<Floats16>(x, gamma, silu, y, gy, gx, gGamma);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            NormChannels<Floats8>(x, gamma, silu, y, gy, gx, gGamma);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            NormChannels<Floats4>(x, gamma, silu, y, gy, gx, gGamma);
        }
        else
        {
            NormChannels<Floats1>(x, gamma, silu, y, gy, gx, gGamma);
        }
    }

    /// <summary>The norm if there is a result to write, otherwise its gradient.</summary>
    internal void NormChannels<V>(Tensor x, Tensor gamma, bool silu, Tensor? y, Tensor? gy, Tensor? gx, Tensor? gGamma)
        where V : unmanaged, IFloats<V>
    {
        ChannelNormJob<V> job = new()
        {
            Y = y is null ? null : y.F32,
            Gy = gy is null ? null : gy.F32,
            Gx = gx is null ? null : gx.F32,
        };
        job.X = x.F32;
        job.Channels = x.Shape[1];
        job.Positions = x.Shape.CountOf(2, x.Rank);
        job.Silu = silu;
        int pieces = checked(x.Shape[0] * job.BlocksPerSample);
        long shares = job.Gy is null ? 0 : (long)pieces * job.Channels;
        NativeBuffer scratch = NativeMemoryPool.Shared.Rent((job.Channels + shares) * sizeof(float));
        scratch.AddReference();
        try
        {
            job.Gamma = (float*)scratch.Address;
            job.GammaShares = job.Gamma + job.Channels;
            ConvolutionWeights.Widen(gamma, job.Gamma);
            Workers.Run(ref job, pieces);
            for (int i = 0; gGamma is not null && i < pieces; i++)
            {
                RowKernels.Store(job.GammaShares + ((long)i * job.Channels), gGamma.F32, gGamma.F32, job.Channels);
            }
        }
        finally
        {
            scratch.Release();
        }
    }

    private void Upsample(float* small, float* large, Shape smallShape, bool backward)
    {
        int height = smallShape[-2], width = smallShape[-1];
        UpsampleJob job = new()
        {
            Small = small,
            Large = large,
            Height = height,
            Width = width,
            Frames = smallShape.CountOf(0, smallShape.Rank - 2),
            FramesPerPiece = Math.Max(1, 4096 / Math.Max(1, height * width)),
            Backward = backward,
        };
        Workers.Run(ref job, job.Pieces);
    }
}
