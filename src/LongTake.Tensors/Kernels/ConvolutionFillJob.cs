using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Fills the slabs of all tiles beforehand, for plans that cut a tile's destination channels into groups: otherwise each group
/// would make the same slab. A piece is a part of a tile's channels.
/// </summary>
internal unsafe struct ConvolutionFillJob : IParallelJob
{
    private const int Parts = 4;

    public ConvolutionPlan Plan;
    public ConvolutionSource Source;

    /// <summary>One slab a tile, <see cref="ConvolutionPlan.SlabCapacity"/> apart.</summary>
    public float* Slabs;

    public readonly int Pieces => Parts * Plan.TileCount;

    public readonly void Run(int index)
    {
        int tileIndex = Math.DivRem(index, Parts, out int part);
        ConvolutionTile tile = Plan.Tile(tileIndex);
        float* slab = Slabs + ((long)tileIndex * Plan.SlabCapacity);
        int first = part * Plan.SourceChannels / Parts;
        int end = (part + 1) * Plan.SourceChannels / Parts;
        ConvolutionSlab.Fill(slab + ((long)first * Plan.ChannelFloats), Source, Plan, tile, first, end - first);
        if (part == Parts - 1)
        {
            ConvolutionSlab.Close(slab, Plan, end);
        }
    }
}
