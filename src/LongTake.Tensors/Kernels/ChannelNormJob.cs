using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Channel norm of [B, C, positions], or its gradient; a piece is a block of positions of one sample, all channels.</summary>
/// <typeparam name="V">Vector of the hardware's width.</typeparam>
internal unsafe struct ChannelNormJob<V> : IParallelJob
    where V : unmanaged, IFloats<V>
{
    public float* X;
    public float* Gamma;
    public float* Y;
    public float* Gy;

    /// <summary>Gradient to add to, or null.</summary>
    public float* Gx;

    /// <summary>[piece][C]: each piece's share of the weights' gradient.</summary>
    public float* GammaShares;
    public int Channels;
    public long Positions;
    public bool Silu;

    public readonly int Block => Math.Clamp(16384 / Channels / 64 * 64, 64, 1024);

    public readonly int BlocksPerSample => checked((int)((Positions + Block - 1) / Block));

    public readonly void Run(int index)
    {
        int sample = Math.DivRem(index, BlocksPerSample, out int block);
        long first = (long)block * Block;
        int count = (int)Math.Min(Block, Positions - first);
        long start = (sample * (long)Channels * Positions) + first;
        if (Gy is null)
        {
            Forward(X + start, Y + start, count);
        }
        else
        {
            Backward(Gy + start, X + start, Gx is null ? null : Gx + start, GammaShares + ((long)index * Channels), count);
        }
    }

    private readonly void Forward(float* x, float* y, int count)
    {
        float* factor = stackalloc float[Block];
        Measure(x, factor, count);
        for (int c = 0; c < Channels; c++)
        {
            long row = c * Positions;
            if (Silu)
            {
                ChannelNormKernels<V>.ApplySilu(x + row, factor, Gamma[c], y + row, count);
            }
            else
            {
                ChannelNormKernels<V>.Apply(x + row, factor, Gamma[c], y + row, count);
            }
        }
    }

    private readonly void Backward(float* gy, float* x, float* gx, float* gammaShares, int count)
    {
        NativeBuffer scratch = ThreadScratch.Rent((long)(Channels + 2) * Block * sizeof(float));
        try
        {
            float* factor = (float*)scratch.Address;
            float* along = factor + Block;
            float* du = along + Block;
            Measure(x, factor, count);
            new Span<float>(along, Block).Clear();
            for (int c = 0; c < Channels; c++)
            {
                long row = c * Positions;
                gammaShares[c] = ChannelNormKernels<V>.Project(gy + row, x + row, factor, Gamma[c], Silu, du + ((long)c * Block), along, count);
            }
            if (gx is null)
            {
                return;
            }
            ChannelNormKernels<V>.Shares(along, factor, count, Channels);
            for (int c = 0; c < Channels; c++)
            {
                ChannelNormKernels<V>.AddInput(du + ((long)c * Block), x + (c * Positions), factor, along, gx + (c * Positions), count);
            }
        }
        finally
        {
            ThreadScratch.Return(scratch);
        }
    }

    private readonly void Measure(float* x, float* factor, int count)
    {
        new Span<float>(factor, Block).Clear();
        for (int c = 0; c < Channels; c++)
        {
            ChannelNormKernels<V>.AddSquares(x + (c * Positions), factor, count);
        }
        ChannelNormKernels<V>.Factors(factor, count, Channels);
    }
}
