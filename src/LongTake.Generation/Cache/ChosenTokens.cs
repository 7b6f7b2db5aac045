namespace LongTake.Generation.Cache;

/// <summary>
/// Where the tokens of <see cref="FrameRole.Chosen"/> slots come from, for each layer and sample: the cell of the latent frame, which gives
/// row and column, and the frame. Memory is taken once. Source: kv-cache-strategies.md 4.1 and 8 (pitfalls 8 and 9).
/// </summary>
internal sealed class ChosenTokens
{
    private readonly int _perFrame;
    private readonly int _stride;
    private readonly int[][] _cells;
    private readonly long[][] _origins;
    private readonly int[] _newCells;
    private readonly long[] _newOrigins;

    /// <summary>Makes an empty map.</summary>
    /// <param name="layout">Sizes.</param>
    /// <param name="slots">Most slots that ever hold chosen tokens.</param>
    public ChosenTokens(CacheLayout layout, int slots)
    {
        _perFrame = layout.TokensPerFrame;
        _stride = slots * _perFrame;
        _cells = new int[layout.Layers][];
        _origins = new long[layout.Layers][];
        for (int i = 0; i < layout.Layers; i++)
        {
            _cells[i] = new int[layout.Batch * _stride];
            _origins[i] = new long[layout.Batch * _stride];
        }
        _newCells = new int[_stride];
        _newOrigins = new long[_stride];
    }

    /// <summary>Most slots that there is room for.</summary>
    public int Capacity => _stride / _perFrame;

    /// <summary>Cells (row x columns + column) of the tokens in the first <paramref name="slots"/> slots.</summary>
    public Span<int> Cells(int layer, int sample, int slots) => _cells[layer].AsSpan(sample * _stride, slots * _perFrame);

    /// <summary>Places in the video of the frames that those tokens belong to.</summary>
    public Span<long> Origins(int layer, int sample, int slots) => _origins[layer].AsSpan(sample * _stride, slots * _perFrame);

    /// <summary>Notes a new choice.</summary>
    /// <param name="layer">Transformer block.</param>
    /// <param name="sample">Sample.</param>
    /// <param name="rows">Rows of the pool that were chosen, as it was before.</param>
    /// <param name="before">Frames held before.</param>
    /// <param name="firstBefore">The first slot of chosen tokens before.</param>
    public void Replace(int layer, int sample, ReadOnlySpan<int> rows, ReadOnlySpan<CachedFrame> before, int firstBefore)
    {
        ReadOnlySpan<int> cells = _cells[layer].AsSpan(sample * _stride, _stride);
        ReadOnlySpan<long> origins = _origins[layer].AsSpan(sample * _stride, _stride);
        for (int i = 0; i < rows.Length; i++)
        {
            (int slot, int cell) = Math.DivRem(rows[i], _perFrame);
            CachedFrame frame = before[slot];
            bool isChosen = frame.Role == FrameRole.Chosen;
            int old = rows[i] - (firstBefore * _perFrame);
            _newCells[i] = isChosen ? cells[old] : cell;
            _newOrigins[i] = isChosen ? origins[old] : frame.Index;
        }
        _newCells.AsSpan(0, rows.Length).CopyTo(Cells(layer, sample, rows.Length / _perFrame));
        _newOrigins.AsSpan(0, rows.Length).CopyTo(Origins(layer, sample, rows.Length / _perFrame));
    }

    /// <summary>Drops slots and closes the gaps.</summary>
    /// <param name="keep">One entry a slot of chosen tokens.</param>
    public void Retain(ReadOnlySpan<bool> keep)
    {
        int to = 0;
        for (int from = 0; from < keep.Length; from++)
        {
            if (!keep[from])
            {
                continue;
            }
            for (int layer = 0; layer < _cells.Length; layer++)
            {
                for (int at = 0; at < _cells[layer].Length; at += _stride)
                {
                    Array.Copy(_cells[layer], at + (from * _perFrame), _cells[layer], at + (to * _perFrame), _perFrame);
                    Array.Copy(_origins[layer], at + (from * _perFrame), _origins[layer], at + (to * _perFrame), _perFrame);
                }
            }
            to++;
        }
    }
}
