using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Computes one tile (and group of destination channels) of a <see cref="ConvolutionPlan"/>.</summary>
internal unsafe struct ConvolutionJob : IParallelJob
{
    public ConvolutionPlan Plan;
    public ConvolutionSource Source;
    public float* Dest;

    /// <summary>Blocks of <see cref="ConvolutionWeights"/>.</summary>
    public float* Weights;

    /// <summary>What each result starts with, padded to a multiple of 8.</summary>
    public float* Bias;

    /// <summary>Eight zeros.</summary>
    public float* Zeros;
    public int* Offsets;

    /// <summary>The slabs of all tiles, or null if each piece makes its own.</summary>
    public float* Slabs;

    /// <summary>Added to the sums, laid out as the destination (which it may be); or null.</summary>
    public float* Base;

    /// <summary>Use the 512-bit kernels.</summary>
    public bool Wide;

    public readonly void Run(int index)
    {
        int tileIndex = Math.DivRem(index, Plan.Groups, out int group);
        ConvolutionTile tile = Plan.Tile(tileIndex);
        int firstDest = group * Plan.GroupChannels;
        int endDest = Math.Min(Plan.DestChannels, firstDest + Plan.GroupChannels);
        int results = ConvolutionWeights.RoundUp4(endDest - firstDest);
        long resultStride = (long)Plan.Components * Plan.TileT * Plan.Positions;
        int own = Slabs is null ? Plan.SlabCapacity : Plan.RowCapacity;
        NativeBuffer scratch = ThreadScratch.Rent((own + (results * resultStride)) * sizeof(float));
        try
        {
            float* row = (float*)scratch.Address;
            float* slab = Slabs is null ? row : Slabs + ((long)tileIndex * Plan.SlabCapacity);
            float* result = row + own;
            for (int c = 0; c < Plan.SourceChannels; c += Plan.ChannelBlock)
            {
                int channels = Math.Min(Plan.ChannelBlock, Plan.SourceChannels - c);
                if (Slabs is null)
                {
                    ConvolutionSlab.FillWhole(slab, Source, Plan, tile, c, channels);
                }
                Sum(slab, result, resultStride, tile, c, channels, firstDest, endDest);
            }
            for (int d = firstDest; d < endDest; d++)
            {
                Write(result + ((d - firstDest) * resultStride), row, d, tile);
            }
        }
        finally
        {
            ThreadScratch.Return(scratch);
        }
    }

    private readonly void Sum(
        float* slab, float* result, long resultStride, in ConvolutionTile tile, int firstSource, int channels, int firstDest, int endDest)
    {
        int taps = Plan.Taps;
        int vectors = Plan.ResultPositions(tile) / ConvolutionPlan.Lane;
        for (int d = firstDest; d < endDest; d += 8)
        {
            int rows = ConvolutionWeights.BlockRows(Plan.DestChannels, d);
            for (int m = 0; m < Plan.Components; m++)
            {
                if (Source.SkipsComponent(Plan, m))
                {
                    ClearComponent(result + ((d - firstDest) * resultStride), resultStride, m, Math.Min(rows, endDest - d));
                    continue;
                }
                float* w = Weights + (m * ConvolutionWeights.ComponentFloats(Plan)) + ((long)d * Plan.Depth) + ((long)firstSource * taps * rows);

                // Both results of a Winograd pair contain component 1 once, so that is where the bias goes.
                float* start = firstSource > 0 ? null : m == (Plan.IsWinograd ? 1 : 0) ? Bias + d : Zeros;
                for (int t = 0; t < tile.SizeT; t++)
                {
                    float* x = slab + ((long)t * Plan.T.SourceStride * Plan.FrameFloats) + ((long)m * Plan.ComponentFloats);
                    float* y = result + ((d - firstDest) * resultStride) + ((((long)m * Plan.TileT) + t) * Plan.Positions);
                    if (Wide)
                    {
                        ConvolutionKernel512.Run(w, Offsets, channels * taps, x, y, resultStride, start, rows, vectors);
                    }
                    else
                    {
                        ConvolutionKernelPortable.Run(
                            w, Offsets, channels * taps, x, y, resultStride, start, rows, vectors * ConvolutionPlan.Lane);
                    }
                }
            }
        }
    }

    private readonly void ClearComponent(float* result, long resultStride, int m, int channels)
    {
        int count = Plan.TileT * Plan.Positions;
        for (int d = 0; d < channels; d++)
        {
            new Span<float>(result + (d * resultStride) + ((long)m * count), count).Clear();
        }
    }

    /// <summary>Writes a channel's results to the destination; <paramref name="row"/> has room for one row.</summary>
    private readonly void Write(float* result, float* row, int channel, in ConvolutionTile tile)
    {
        TapAxis at = Plan.T, ay = Plan.Y, ax = Plan.X;
        long plane = (long)ay.Dest * ax.Dest;
        long first = (((long)tile.Sample * Plan.DestChannels) + channel) * at.Dest * plane;

        // Whole lines follow each other here and there, so pairs run on from one to the next.
        bool lines = Plan.IsWinograd && ay.DestStep == 1 && ax.DestStart == 0 && tile.SizeX == ax.Dest && ax.Dest == 2 * Plan.Columns;
        for (int t = 0; t < tile.SizeT; t++)
        {
            long frame = first + ((at.DestStart + ((tile.T + t) * at.DestStep)) * plane);
            if (lines)
            {
                long target = frame + ((long)(ay.DestStart + tile.Y) * ax.Dest);
                Winograd.JoinRow(
                    result + ((long)t * Plan.Positions),
                    (long)Plan.TileT * Plan.Positions,
                    Base is null ? null : Base + target,
                    Dest + target,
                    tile.SizeY * Plan.Columns);
                continue;
            }
            for (int r = 0; r < tile.SizeY; r++)
            {
                float* from = result + ((long)t * Plan.Positions) + (r * Plan.Columns);
                long target = frame + ((long)(ay.DestStart + ((tile.Y + r) * ay.DestStep)) * ax.Dest) + ax.DestStart + (tile.X * ax.DestStep);
                if (Plan.IsWinograd)
                {
                    // A row of odd size has half a pair at its end, which must not be written.
                    bool whole = tile.SizeX % 2 == 0;
                    float* added = Base is null ? null : Base + target;
                    Winograd.JoinRow(from, (long)Plan.TileT * Plan.Positions, whole ? added : null, whole ? Dest + target : row, (tile.SizeX + 1) / 2);
                    if (!whole)
                    {
                        RowKernels.Store(row, added, Dest + target, tile.SizeX);
                    }
                    continue;
                }
                if (ax.DestStep == 1)
                {
                    RowKernels.Store(from, Base is null ? null : Base + target, Dest + target, tile.SizeX);
                    continue;
                }
                for (int i = 0; i < tile.SizeX; i++)
                {
                    long to = target + ((long)i * ax.DestStep);
                    Dest[to] = Base is null ? from[i] : Base[to] + from[i];
                }
            }
        }
    }
}

/// <summary>Packs one block of weights; see <see cref="ConvolutionWeights.PackBlock"/>.</summary>
internal unsafe struct ConvolutionPackJob : IParallelJob
{
    public ConvolutionPlan Plan;
    public float* Weight;
    public float* Packed;
    public int KernelT;
    public int KernelY;
    public int KernelX;
    public bool Transposed;

    /// <summary>Pieces: each component of each block of destination channels.</summary>
    public readonly int Pieces => Blocks * Plan.Components;

    private readonly int Blocks => (Plan.DestChannels + 7) / 8;

    public readonly void Run(int index)
    {
        int component = Math.DivRem(index, Blocks, out int block);
        ConvolutionWeights.PackBlock(Weight, Packed, Plan, KernelT, KernelY, KernelX, Transposed, 8 * block, component);
    }
}
