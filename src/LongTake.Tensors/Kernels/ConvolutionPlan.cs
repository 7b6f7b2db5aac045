using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// How a sum over kernel taps is cut into pieces. A piece is a tile of destination frames, rows and columns of one
/// sample (and, if there are few tiles, a group of destination channels). It copies the source it needs, zero-padded,
/// into a slab [channel][frame][row lane][column lane][row][column]; in the slab a tap is a constant offset from the flat destination
/// position, so the kernel runs over flat positions and the few past the end of each row are dropped when the tile is
/// written. Nothing here depends on the number of threads.
/// </summary>
internal readonly struct ConvolutionPlan
{
    /// <summary>Positions are padded to whole vectors of the widest kernel.</summary>
    public const int Lane = 16;

    // A quarter of a megabyte to half a megabyte of slab and as much of results stay in a second-level cache.
    private const int SlabFloats = 96 * 1024;
    private const int ResultFloats = 64 * 1024;
    private const int WantedPieces = 16;

    // The dot products of a weight gradient run over as many positions, so that adding up their lanes at the end costs little.
    private const int DotPositions = 2048;

    private ConvolutionPlan(TapAxis t, TapAxis y, TapAxis x, int batch, int sourceChannels, int destChannels, bool dots)
    {
        (T, Y, X, Batch, SourceChannels, DestChannels) = (t, y, x, batch, sourceChannels, destChannels);

        // Wide frames are cut into columns; several frames share a slab when few destination channels pay for its copying.
        TileX = x.Count <= 96 ? x.Count : (Even(x.Count, 80) + 1) / 2 * 2;
        IsWinograd = x.Taps == 3 && x.SourceStride == 1 && x.DestStep == 1;
        TileT = Even(t.Count, destChannels <= 32 ? 4 : destChannels <= 64 ? 2 : 1);
        Frames = ((TileT - 1) * t.SourceStride) + t.Taps;
        Columns = IsWinograd ? (TileX + 1) / 2 : x.LaneLength(TileX);
        int rowFloats = Columns * LanesX * y.Lanes * Frames;
        int rows = Math.Min(
            (Math.Max(SlabFloats / sourceChannels, 2048) / rowFloats) - ((y.Taps - 1) / y.SourceStride),
            ResultFloats / (Math.Max(destChannels, 8) * TileT * Columns * Components));
        TileY = Even(y.Count, Math.Max(rows, 8));
        Rows = y.LaneLength(TileY);
        if (dots)
        {
            TileT = Even(t.Count, Math.Max(TileT, DotPositions / (TileY * Columns)));
            Frames = ((TileT - 1) * t.SourceStride) + t.Taps;
        }
        FrameFloats = Rows * Columns * LanesX * y.Lanes;
        ChannelFloats = FrameFloats * Frames;
        ChannelBlock = Math.Clamp(SlabFloats / ChannelFloats, 1, sourceChannels);
        Positions = RoundUp(TileY * Columns);
        TilesT = Tiles(t.Count, TileT);
        TilesY = Tiles(y.Count, TileY);
        TilesX = Tiles(x.Count, TileX);
        TileCount = batch * TilesT * TilesY * TilesX;
        Groups = Math.Clamp((WantedPieces + TileCount - 1) / TileCount, 1, (destChannels + 7) / 8);
        GroupChannels = Tiles(destChannels, Groups);
        GroupChannels = (GroupChannels + 7) / 8 * 8;
        Groups = Tiles(destChannels, GroupChannels);
    }

    public TapAxis T { get; }

    public TapAxis Y { get; }

    public TapAxis X { get; }

    public int Batch { get; }

    public int SourceChannels { get; }

    public int DestChannels { get; }

    /// <summary>Destination frames, rows and columns of a full tile.</summary>
    public int TileT { get; }

    public int TileY { get; }

    public int TileX { get; }

    public int TilesT { get; }

    public int TilesY { get; }

    public int TilesX { get; }

    public int TileCount { get; }

    /// <summary>Groups of destination channels that a tile is cut into, and the channels of a group (a multiple of 8).</summary>
    public int Groups { get; }

    public int GroupChannels { get; }

    /// <summary>Whether the slabs of all tiles are made beforehand, because several groups use each.</summary>
    public bool SharesSlabs => Groups > 1 && ChannelBlock == SourceChannels;

    /// <summary>Source channels in a slab at a time.</summary>
    public int ChannelBlock { get; }

    /// <summary>Source frames in a slab, and rows and columns of one lane of a frame.</summary>
    public int Frames { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int FrameFloats { get; }

    public int ChannelFloats { get; }

    /// <summary>Flat positions of one destination frame of a tile, whole vectors.</summary>
    public int Positions { get; }

    /// <summary>
    /// Whether the row axis is computed by <see cref="Winograd"/>: the slab's column lanes are then the four components, one value for every
    /// two columns, and the three row taps become one tap of each component.
    /// </summary>
    public bool IsWinograd { get; }

    /// <summary>Sums that a result is made of: 4 with Winograd, otherwise 1.</summary>
    public int Components => IsWinograd ? Winograd.Components : 1;

    /// <summary>Column lanes of a row.</summary>
    public int LanesX => IsWinograd ? Winograd.Components : X.Lanes;

    /// <summary>Columns of a tile of <paramref name="size"/> destinations that hold results.</summary>
    public int ResultColumns(int size) => IsWinograd ? (size + 1) / 2 : size;

    /// <summary>Flat positions of a tile's frame, in whole vectors.</summary>
    public int ResultPositions(in ConvolutionTile tile) => RoundUp(((tile.SizeY - 1) * Columns) + ResultColumns(tile.SizeX));

    /// <summary>From a component's lane in the slab to the next.</summary>
    public int ComponentFloats => Rows * Columns;

    /// <summary>Taps along a row that one component sums.</summary>
    public int TapsX => IsWinograd ? 1 : X.Taps;

    public int Taps => T.Taps * Y.Taps * TapsX;

    /// <summary>Products summed for one result, or for one component of two.</summary>
    public int Depth => SourceChannels * Taps;

    /// <summary>The slab, with room for the vectors that run over its end and for one row of results.</summary>
    public int SlabCapacity => (ChannelBlock * ChannelFloats) + (4 * Lane) + RowCapacity;

    /// <summary>Room for a row of results.</summary>
    public int RowCapacity => RoundUp(2 * Columns);

    /// <summary>The convolution itself; or its weight gradient, which multiplies the same slabs with the output's gradient.</summary>
    public static ConvolutionPlan Forward(in ConvolutionGeometry g, bool dots = false) => new(
        TapAxis.Forward(g.Time), TapAxis.Forward(g.Height), TapAxis.Forward(g.Width), g.Batch, g.InputChannels, g.OutputChannels, dots);

    /// <summary>The input gradient at one phase of the strides; false if no kernel tap or no position belongs to it.</summary>
    public static bool TryBackward(in ConvolutionGeometry g, int phaseT, int phaseY, int phaseX, out ConvolutionPlan plan)
    {
        TapAxis t = TapAxis.Backward(g.Time, phaseT), y = TapAxis.Backward(g.Height, phaseY), x = TapAxis.Backward(g.Width, phaseX);
        plan = default;
        if (t.Taps * y.Taps * x.Taps == 0 || (long)t.Count * y.Count * x.Count == 0)
        {
            return false;
        }
        plan = new ConvolutionPlan(t, y, x, g.Batch, g.OutputChannels, g.InputChannels, dots: false);
        return true;
    }

    /// <summary>Where tile <paramref name="index"/> begins.</summary>
    public ConvolutionTile Tile(int index)
    {
        int rest = Math.DivRem(index, TilesX, out int x);
        rest = Math.DivRem(rest, TilesY, out int y);
        int b = Math.DivRem(rest, TilesT, out int t);
        return new ConvolutionTile(
            b,
            t * TileT,
            y * TileY,
            x * TileX,
            Math.Min(TileT, T.Count - (t * TileT)),
            Math.Min(TileY, Y.Count - (y * TileY)),
            Math.Min(TileX, X.Count - (x * TileX)));
    }

    /// <summary>Offset of a tap of source channel <paramref name="channel"/> from the flat destination position.</summary>
    public int Offset(int channel, int jt, int jy, int jx)
    {
        int lane = (jy % Y.SourceStride * LanesX) + (jx % X.SourceStride);
        return (channel * ChannelFloats) + (jt * FrameFloats) + (lane * Rows * Columns)
            + (jy / Y.SourceStride * Columns) + (jx / X.SourceStride);
    }

    /// <summary>Writes the offsets of all taps of the first channels, in the order of the weights.</summary>
    public unsafe void FillOffsets(int* offsets, int channels)
    {
        for (int c = 0; c < channels; c++)
        {
            for (int jt = 0; jt < T.Taps; jt++)
            {
                for (int jy = 0; jy < Y.Taps; jy++)
                {
                    for (int jx = 0; jx < TapsX; jx++)
                    {
                        *offsets++ = Offset(c, jt, jy, jx);
                    }
                }
            }
        }
    }

    private static int RoundUp(int n) => (n + Lane - 1) / Lane * Lane;

    private static int Tiles(int count, int tile) => (count + tile - 1) / tile;

    /// <summary>The size of nearly equal parts of at most <paramref name="most"/>.</summary>
    private static int Even(int count, int most) => Tiles(count, Tiles(count, Math.Min(most, count)));
}

/// <summary>A tile: sample, first destination position of each axis, and sizes.</summary>
internal readonly record struct ConvolutionTile(int Sample, int T, int Y, int X, int SizeT, int SizeY, int SizeX);
