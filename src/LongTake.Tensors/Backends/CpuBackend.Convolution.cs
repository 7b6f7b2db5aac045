using System.Runtime.Intrinsics;
using LongTake.Tensors.Kernels;
using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <summary>Most floats that the slices of a weight gradient take together.</summary>
    private const long PartialFloats = 16L << 20;

    private const int MostSlices = 16;

    /// <summary>
    /// With more positions than this, packing a frozen weight anew takes less than a fiftieth of the convolution, and a kept copy is not worth its memory.
    /// </summary>
    private const long MostKeptPositions = 4096;

    /// <summary>Whether convolutions run on 512-bit vectors; tests switch it off to cover the narrower kernels.</summary>
    internal bool WideConvolution { get; set; } = Vector512.IsHardwareAccelerated;

    /// <inheritdoc/>
    public override void Convolution(
        Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionGeometry geometry, Tensor? residual, Tensor? history)
    {
        ConvolutionSource source = new() { Data = x.F32, Doubled = geometry.Doubled };
        if (history is not null)
        {
            source.History = history.F32;
            source.HistoryFrames = history.Shape[2];
        }
        SumTaps(ConvolutionPlan.Forward(geometry), source, weight, bias, residual, y.F32, geometry, transposed: false);
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardInput(Tensor gy, Tensor weight, Tensor gx, in ConvolutionGeometry geometry)
    {
        for (int t = 0; t < geometry.Time.Stride; t++)
        {
            for (int y = 0; y < geometry.Height.Stride; y++)
            {
                for (int x = 0; x < geometry.Width.Stride; x++)
                {
                    if (ConvolutionPlan.TryBackward(geometry, t, y, x, out ConvolutionPlan plan))
                    {
                        SumTaps(plan, new ConvolutionSource { Data = gy.F32 }, weight, null, gx, gx.F32, geometry, transposed: true);
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardWeight(Tensor gy, Tensor x, Tensor gw, in ConvolutionGeometry geometry)
    {
        ConvolutionPlan plan = ConvolutionPlan.Forward(geometry, dots: true);
        int partial = checked(plan.Components * plan.DestChannels * plan.Depth);
        int slices = (int)Math.Clamp(PartialFloats / partial, 1, Math.Min(MostSlices, plan.TileCount));
        int offsets = (plan.ChannelBlock * plan.Taps) + 8;
        NativeBuffer scratch = NativeMemoryPool.Shared.Rent(((long)slices * partial * sizeof(float)) + (offsets * sizeof(int)));
        scratch.AddReference();
        NativeBuffer? slabs = null;
        try
        {
            ConvolutionWeightGradientJob job = new()
            {
                Plan = plan,
                Input = new ConvolutionSource { Data = x.F32, Doubled = geometry.Doubled },
                OutputGradient = gy.F32,
                Partial = (float*)scratch.Address,
                Slices = slices,
                Offsets = (int*)((float*)scratch.Address + ((long)slices * partial)),
                Wide = WideConvolution,
            };
            new Span<int>(job.Offsets + offsets - 8, 8).Clear();
            plan.FillOffsets(job.Offsets, plan.ChannelBlock);
            job.Slabs = FillSlabs(plan, job.Input, out slabs);
            Workers.Run(ref job, slices * plan.Groups);
            ConvolutionReduceJob reduce = new()
            {
                Partial = job.Partial,
                Result = gw.F32,
                Slices = slices,
                Components = plan.Components,
                Count = partial / plan.Components,
            };
            Workers.Run(ref reduce, (reduce.Count + ConvolutionReduceJob.Piece - 1) / ConvolutionReduceJob.Piece);
        }
        finally
        {
            slabs?.Release();
            scratch.Release();
        }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardBias(Tensor gy, Tensor gb)
    {
        ChannelSumJob job = new()
        {
            Source = gy.F32,
            Result = gb.F32,
            Batch = gy.Shape[0],
            Channels = gy.Shape[1],
            Positions = gy.Shape.CountOf(2, gy.Rank),
        };
        Workers.Run(ref job, job.Channels);
    }

    /// <inheritdoc/>
    public override void AdvanceHistory(Tensor x, Tensor history)
    {
        int frames = x.Shape[2], kept = history.Shape[2];
        int old = Math.Max(0, kept - frames);
        long planes = (long)x.Shape[0] * x.Shape[1], size = (long)x.Shape[3] * x.Shape[4];
        for (long p = 0; p < planes; p++)
        {
            float* to = history.F32 + (p * kept * size);
            // Regions may overlap; a memory move allows it.
            Buffer.MemoryCopy(to + ((kept - old) * size), to, old * size * sizeof(float), old * size * sizeof(float));
            long bytes = (kept - old) * size * sizeof(float);
            Buffer.MemoryCopy(x.F32 + (((p * frames) + frames - (kept - old)) * size), to + (old * size), bytes, bytes);
        }
    }

    private void SumTaps(
        in ConvolutionPlan plan,
        in ConvolutionSource source,
        Tensor weight,
        Tensor? bias,
        Tensor? added,
        float* dest,
        in ConvolutionGeometry geometry,
        bool transposed)
    {
        // Starting values of whole blocks of channels, then eight zeros.
        int start = ((plan.DestChannels + 7) / 8 * 8) + 8;
        int offsets = plan.ChannelBlock * plan.Taps;
        bool keeps = weight.IsFrozen && !transposed && (long)plan.Batch * plan.T.Count * plan.Y.Count * plan.X.Count <= MostKeptPositions;
        PackedConvolution? kept = keeps ? KeptWeights(plan, weight, geometry) : null;
        long packed = kept is null ? ConvolutionWeights.Floats(plan) : 0;
        NativeBuffer scratch = NativeMemoryPool.Shared.Rent((start + offsets + packed) * sizeof(float));
        scratch.AddReference();
        NativeBuffer? slabs = null;
        try
        {
            float* sums = (float*)scratch.Address;
            new Span<float>(sums, start).Clear();
            if (bias is not null)
            {
                ConvolutionWeights.Widen(bias, sums);
            }
            ConvolutionJob job = new()
            {
                Plan = plan,
                Source = source,
                Dest = dest,
                Weights = kept is null ? sums + start + offsets : kept.Address,
                Bias = sums,
                Zeros = sums + start - 8,
                Offsets = (int*)(sums + start),
                Base = added is null ? null : added.F32,
                Wide = WideConvolution,
            };
            plan.FillOffsets(job.Offsets, plan.ChannelBlock);
            if (kept is null)
            {
                Pack(plan, weight, job.Weights, geometry, transposed);
            }
            job.Slabs = FillSlabs(plan, source, out slabs);
            Workers.Run(ref job, plan.TileCount * plan.Groups);
        }
        finally
        {
            slabs?.Release();
            scratch.Release();
        }
    }

    /// <summary>The slabs of all tiles, if the plan shares them, otherwise null. The caller releases the buffer.</summary>
    private float* FillSlabs(in ConvolutionPlan plan, in ConvolutionSource source, out NativeBuffer? buffer)
    {
        buffer = null;
        if (!plan.SharesSlabs)
        {
            return null;
        }
        buffer = NativeMemoryPool.Shared.Rent((long)plan.TileCount * plan.SlabCapacity * sizeof(float));
        buffer.AddReference();
        ConvolutionFillJob job = new() { Plan = plan, Source = source, Slabs = (float*)buffer.Address };
        Workers.Run(ref job, job.Pieces);
        return job.Slabs;
    }

    /// <summary>The packed copy that a frozen weight carries, made at its first use.</summary>
    private PackedConvolution KeptWeights(in ConvolutionPlan plan, Tensor weight, in ConvolutionGeometry geometry)
    {
        lock (weight)
        {
            if (weight.Packed is PackedConvolution kept && kept.IsWinograd == plan.IsWinograd)
            {
                return kept;
            }
            weight.Packed?.Dispose();
            NativeBuffer buffer = NativeMemoryPool.Shared.Rent(ConvolutionWeights.Floats(plan) * sizeof(float));
            buffer.AddReference();
            Pack(plan, weight, (float*)buffer.Address, geometry, transposed: false);
            kept = new PackedConvolution(buffer, plan.IsWinograd);
            weight.Packed = kept;
            return kept;
        }
    }

    private void Pack(in ConvolutionPlan plan, Tensor weight, float* packed, in ConvolutionGeometry geometry, bool transposed)
    {
        NativeBuffer? widened = weight.DType == DType.F32 ? null : NativeMemoryPool.Shared.Rent(weight.Count * sizeof(float));
        widened?.AddReference();
        try
        {
            if (widened is not null)
            {
                ConvolutionWeights.Widen(weight, (float*)widened.Address);
            }
            ConvolutionPackJob job = new()
            {
                Plan = plan,
                Weight = widened is null ? weight.F32 : (float*)widened.Address,
                Packed = packed,
                KernelT = geometry.Time.Kernel,
                KernelY = geometry.Height.Kernel,
                KernelX = geometry.Width.Kernel,
                Transposed = transposed,
            };
            Workers.Run(ref job, job.Pieces);
        }
        finally
        {
            widened?.Release();
        }
    }
}
