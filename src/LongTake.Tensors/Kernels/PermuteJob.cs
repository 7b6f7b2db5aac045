using System.Runtime.CompilerServices;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Reorders dimensions. Neighbours that stay neighbours are merged first. If the innermost dimension stays innermost,
/// rows are moved whole; otherwise the work is a batch of 2-D transpositions between the dimension that is innermost in
/// the source and the one that is innermost in the target, done in tiles that stay in the first-level cache.
/// </summary>
internal unsafe struct PermuteJob<T, TMove> : IParallelJob
    where T : unmanaged
    where TMove : struct, IMove<T>
{
    private const int Tile = 16;
    private const int TileRows = 64;

    private readonly T* _source;
    private readonly T* _target;
    private readonly int _rank;
    private readonly int _fast;
    private readonly long _outer;
    private readonly int _stripsPerOuter;
    private readonly int _rowsPerPiece;
    private readonly int _stripsPerPiece;
    private Sizes _sizes;
    private Strides _sourceStrides;
    private Strides _targetStrides;

    public PermuteJob(T* source, T* target, Shape shape, ReadOnlySpan<int> axes)
    {
        _source = source;
        _target = target;
        // Strides of the source, in the order of the target, with neighbours merged.
        for (int k = 0; k < axes.Length; k++)
        {
            int size = shape[axes[k]];
            if (size == 1)
            {
                continue;
            }
            long stride = shape.CountOf(axes[k] + 1, shape.Rank);
            if (_rank > 0 && _sourceStrides[_rank - 1] == stride * size)
            {
                _sizes[_rank - 1] *= size;
                _sourceStrides[_rank - 1] = stride;
                continue;
            }
            _sizes[_rank] = size;
            _sourceStrides[_rank] = stride;
            _rank++;
        }
        if (_rank == 0)
        {
            _sizes[0] = 1;
            _sourceStrides[0] = 1;
            _rank = 1;
        }
        long run = 1;
        for (int k = _rank - 1; k >= 0; k--)
        {
            _targetStrides[k] = run;
            run *= _sizes[k];
            if (_sourceStrides[k] == 1)
            {
                _fast = k;
            }
        }
        int last = _sizes[_rank - 1];
        if (_fast == _rank - 1)
        {
            _outer = run / Math.Max(1, last);
            _rowsPerPiece = Pieces.Rows(last);
            PieceCount = run == 0 ? 0 : Pieces.Of(_outer, _rowsPerPiece);
        }
        else
        {
            _outer = run / Math.Max(1, (long)last * _sizes[_fast]);
            _stripsPerOuter = Pieces.Of(_sizes[_fast], TileRows);
            _stripsPerPiece = Pieces.Rows((long)Math.Min(_sizes[_fast], TileRows) * last);
            PieceCount = run == 0 ? 0 : Pieces.Of(_outer * _stripsPerOuter, _stripsPerPiece);
        }
    }

    public int PieceCount { get; }

    public readonly void Run(int index)
    {
        if (_fast == _rank - 1)
        {
            MoveRows(index);
            return;
        }
        long first = (long)index * _stripsPerPiece;
        long last = Math.Min(first + _stripsPerPiece, _outer * _stripsPerOuter);
        for (long strip = first; strip < last; strip++)
        {
            Transpose(strip / _stripsPerOuter, (int)(strip % _stripsPerOuter) * TileRows);
        }
    }

    private readonly void MoveRows(int index)
    {
        int length = _sizes[_rank - 1];
        int neighbours = _rank > 1 ? _sizes[_rank - 2] : 1;
        long stride = _rank > 1 ? _sourceStrides[_rank - 2] : 0;
        long row = (long)index * _rowsPerPiece;
        long last = Math.Min(row + _rowsPerPiece, _outer);
        while (row < last)
        {
            // Rows that differ in the next dimension only are found without divisions.
            long rest = row / neighbours;
            long i = row - (rest * neighbours);
            T* source = _source + (i * stride);
            for (int k = _rank - 3; k >= 0; k--)
            {
                source += rest % _sizes[k] * _sourceStrides[k];
                rest /= _sizes[k];
            }
            long end = Math.Min(last, row + neighbours - i);
            for (; row < end; row++, source += stride)
            {
                TMove.Run(source, _target + (row * length), length);
            }
        }
    }

    private readonly void Transpose(long rest, int first)
    {
        T* source = _source;
        T* target = _target;
        for (int k = _rank - 2; k >= 0; k--)
        {
            if (k == _fast)
            {
                continue;
            }
            long i = rest % _sizes[k];
            rest /= _sizes[k];
            source += i * _sourceStrides[k];
            target += i * _targetStrides[k];
        }
        // target[i * rowStride + j] = source[i + j * columnStride]
        long rowStride = _targetStrides[_fast];
        long columnStride = _sourceStrides[_rank - 1];
        int columns = _sizes[_rank - 1];
        int last = Math.Min(first + TileRows, _sizes[_fast]);
        for (int i0 = first; i0 < last; i0 += Tile)
        {
            int i1 = Math.Min(i0 + Tile, last);
            for (int j0 = 0; j0 < columns; j0 += Tile)
            {
                int j1 = Math.Min(j0 + Tile, columns);
                for (int i = i0; i < i1; i++)
                {
                    T* s = source + i + (j0 * columnStride);
                    T* t = target + (i * rowStride);
                    for (int j = j0; j < j1; j++, s += columnStride)
                    {
                        TMove.One(s, t + j);
                    }
                }
            }
        }
    }

    [InlineArray(Shape.MaxRank)]
    private struct Sizes
    {
        private int _first;
    }

    [InlineArray(Shape.MaxRank)]
    private struct Strides
    {
        private long _first;
    }
}
