using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Weight gradient of a run of tiles (and, if there are few, a group of output channels), each run into a matrix of its own; the matrices
/// are then added in order (<see cref="ConvolutionReduceJob"/>), so the sum does not depend on the threads.
/// </summary>
internal unsafe struct ConvolutionWeightGradientJob : IParallelJob
{
    public ConvolutionPlan Plan;
    public ConvolutionSource Input;
    public float* OutputGradient;

    /// <summary>[slice][component][O][C * taps].</summary>
    public float* Partial;
    public int Slices;
    public int* Offsets;

    /// <summary>The slabs of all tiles, or null if each piece makes its own.</summary>
    public float* Slabs;
    public bool Wide;

    public readonly void Run(int index)
    {
        int slice = Math.DivRem(index, Plan.Groups, out int group);
        int firstDest = group * Plan.GroupChannels;
        int dests = Math.Min(Plan.DestChannels - firstDest, Plan.GroupChannels);
        int first = (int)((long)slice * Plan.TileCount / Slices);
        int end = (int)((long)(slice + 1) * Plan.TileCount / Slices);
        long matrix = (long)Plan.DestChannels * Plan.Depth;
        float* to = Partial + (slice * Plan.Components * matrix) + ((long)firstDest * Plan.Depth);
        for (int m = 0; m < Plan.Components; m++)
        {
            new Span<float>(to + (m * matrix), checked(dests * Plan.Depth)).Clear();
        }
        long componentStride = (long)Plan.TileT * Plan.Positions;
        long channelStride = Plan.Components * componentStride;
        int own = Slabs is null ? Plan.SlabCapacity : 0;
        NativeBuffer scratch = ThreadScratch.Rent((own + (dests * channelStride) + 32) * sizeof(float));
        try
        {
            float* gradient = (float*)scratch.Address + own;
            float* sums = gradient + (dests * channelStride);
            for (int i = first; i < end; i++)
            {
                ConvolutionTile tile = Plan.Tile(i);
                float* slab = Slabs is null ? (float*)scratch.Address : Slabs + ((long)i * Plan.SlabCapacity);
                int positions = Plan.ResultPositions(tile);
                CopyGradient(gradient, channelStride, componentStride, tile, positions, firstDest, dests);
                ConvolutionDots dots = new()
                {
                    XFrame = (long)Plan.T.SourceStride * Plan.FrameFloats,
                    GChannel = channelStride,
                    GFrame = Plan.Positions,
                    Frames = tile.SizeT,
                    Positions = positions,
                };
                for (int c = 0; c < Plan.SourceChannels; c += Plan.ChannelBlock)
                {
                    int channels = Math.Min(Plan.ChannelBlock, Plan.SourceChannels - c);
                    if (Slabs is null)
                    {
                        ConvolutionSlab.FillWhole(slab, Input, Plan, tile, c, channels);
                    }
                    for (int m = 0; m < Plan.Components; m++)
                    {
                        if (Input.SkipsComponent(Plan, m))
                        {
                            continue;
                        }
                        dots.X = slab + ((long)m * Plan.ComponentFloats);
                        dots.G = gradient + (m * componentStride);
                        dots.Add(dests, Offsets, channels * Plan.Taps, to + (m * matrix) + ((long)c * Plan.Taps), Plan.Depth, Wide, sums);
                    }
                }
            }
        }
        finally
        {
            ThreadScratch.Return(scratch);
        }
    }

    /// <summary>Lays the tile's output gradient out at the slab's flat positions, zero where no output is.</summary>
    private readonly void CopyGradient(float* to, long channelStride, long componentStride, in ConvolutionTile tile, int positions, int firstDest, int dests)
    {
        TapAxis at = Plan.T, ay = Plan.Y, ax = Plan.X;
        int columns = Plan.ResultColumns(tile.SizeX);
        for (int c = 0; c < dests; c++)
        {
            float* channel = OutputGradient + ((((long)tile.Sample * Plan.DestChannels) + firstDest + c) * at.Dest * ay.Dest * ax.Dest);
            for (int t = 0; t < tile.SizeT; t++)
            {
                float* frame = to + (c * channelStride) + ((long)t * Plan.Positions);
                float* plane = channel + ((((long)(tile.T + t) * ay.Dest) + tile.Y) * ax.Dest) + tile.X;
                for (int r = 0; r < tile.SizeY; r++)
                {
                    float* row = frame + (r * Plan.Columns);
                    float* line = plane + ((long)r * ax.Dest);
                    if (Plan.IsWinograd)
                    {
                        Winograd.SplitGradientRow(line, row, componentStride, tile.SizeX);
                    }
                    else
                    {
                        new ReadOnlySpan<float>(line, tile.SizeX).CopyTo(new Span<float>(row, tile.SizeX));
                    }
                    int rest = (r == tile.SizeY - 1 ? positions - (r * Plan.Columns) : Plan.Columns) - columns;
                    for (int m = 0; rest > 0 && m < Plan.Components; m++)
                    {
                        new Span<float>(row + (m * componentStride) + columns, rest).Clear();
                    }
                }
            }
        }
    }
}

/// <summary>Adds the slices of a weight gradient, in order, to the gradient tensor; a piece is a range of elements.</summary>
internal unsafe struct ConvolutionReduceJob : IParallelJob
{
    public const int Piece = 4096;

    public float* Partial;
    public float* Result;
    public int Slices;
    public int Components;

    /// <summary>Elements of one component: of the weight, or a third of them with Winograd.</summary>
    public int Count;

    public readonly void Run(int index)
    {
        int first = index * Piece;
        int count = Math.Min(Piece, Count - first);
        for (int s = 1; s < Slices; s++)
        {
            for (int m = 0; m < Components; m++)
            {
                float* sum = Partial + ((long)m * Count) + first;
                RowKernels.Store(sum + ((long)s * Components * Count), sum, sum, count);
            }
        }
        if (Components == 1)
        {
            RowKernels.Store(Partial + first, Result + first, Result + first, count);
            return;
        }
        Winograd.AddWeightGradients(Partial + first, Count, Result + (3L * first), count);
    }
}
