using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Runs of equal length from one strided place to another. Long runs are cut, short ones bundled.</summary>
internal unsafe struct CopyRunsJob<T, TMove> : IParallelJob
    where T : unmanaged
    where TMove : struct, IMove<T>
{
    private readonly T* _source;
    private readonly T* _target;
    private readonly long _sourceStride;
    private readonly long _targetStride;
    private readonly long _outer;
    private readonly long _inner;
    private readonly int _runsPerPiece;
    private readonly int _cuts;

    public CopyRunsJob(T* source, long sourceStride, T* target, long targetStride, long outer, long inner)
    {
        _source = source;
        _target = target;
        _sourceStride = sourceStride;
        _targetStride = targetStride;
        _outer = outer;
        _inner = inner;
        _runsPerPiece = Pieces.Rows(inner);
        _cuts = Math.Max(1, Pieces.Of(inner, Pieces.Elements));
    }

    public readonly int PieceCount => _inner == 0 ? 0 : Pieces.Of(_outer, _runsPerPiece) * _cuts;

    public readonly void Run(int index)
    {
        long from = index % _cuts * (long)Pieces.Elements;
        long length = Math.Min(_inner - from, Pieces.Elements);
        long first = (long)(index / _cuts) * _runsPerPiece;
        long last = Math.Min(first + _runsPerPiece, _outer);
        for (long r = first; r < last; r++)
        {
            TMove.Run(_source + (r * _sourceStride) + from, _target + (r * _targetStride) + from, length);
        }
    }
}
