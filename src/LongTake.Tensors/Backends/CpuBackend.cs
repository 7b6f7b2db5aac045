using System.Runtime.InteropServices;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Backends;

/// <summary>Runs operations on the processor with vector kernels (AVX-512, AVX2, NEON through the portable vector types).</summary>
/// <param name="threads">Threads to use; 0 for one a processor. Results do not depend on it.</param>
public sealed unsafe partial class CpuBackend(int threads = 0) : Backend
{
    private const long ClearPiece = 1 << 18;

    /// <summary>The threads that kernels run on.</summary>
    public WorkerPool Workers { get; } = new(threads);

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override void Clear(Tensor target)
    {
        ClearJob job = new() { Start = (byte*)target.Pointer, Bytes = target.Bytes };
        Workers.Run(ref job, checked((int)((target.Bytes + ClearPiece - 1) / ClearPiece)));
    }

    /// <inheritdoc/>
    public override void ForEach(int count, Action<int> piece)
    {
        ActionJob job = new() { Piece = piece };
        Workers.Run(ref job, count);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Workers.Dispose();
        base.Dispose();
    }

    private struct ClearJob : IParallelJob
    {
        public byte* Start;
        public long Bytes;

        public readonly void Run(int index)
        {
            long from = index * ClearPiece;
            NativeMemory.Clear(Start + from, (nuint)Math.Min(ClearPiece, Bytes - from));
        }
    }

    private struct ActionJob : IParallelJob
    {
        public Action<int> Piece;

        public readonly void Run(int index) => Piece(index);
    }
}
