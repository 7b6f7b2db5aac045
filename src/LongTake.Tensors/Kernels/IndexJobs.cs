using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>y[o, i, :] = x[o, indices[i], :]; a piece is a range of (o, i).</summary>
internal unsafe struct GatherJob : IParallelJob
{
    public void* X;
    public void* Y;
    public DType From;
    public DType To;
    public float Scale;
    public int* Indices;
    public int IndexCount;
    public int Outer;
    public int Size;
    public long Inner;
    public int RowsPerPiece;

    public readonly void Run(int index)
    {
        long first = (long)index * RowsPerPiece;
        long last = Math.Min(first + RowsPerPiece, (long)Outer * IndexCount);
        for (long r = first; r < last; r++)
        {
            long from = ((r / IndexCount * Size) + Indices[r % IndexCount]) * Inner;
            byte* source = (byte*)X + (from * From.Size());
            byte* target = (byte*)Y + (r * Inner * To.Size());
            if (From == To)
            {
                Buffer.MemoryCopy(source, target, Inner * To.Size(), Inner * To.Size());
            }
            else
            {
                CastKernels.Convert(source, From, target, To, checked((int)Inner), Scale);
            }
        }
    }
}

/// <summary>
/// target[o, indices[i], :] += x[o, i, :]; a piece is a range of columns of one o, and walks the indices in order, so
/// that equal indices need no locks and always add up in the same order.
/// </summary>
internal unsafe struct ScatterAddJob : IParallelJob
{
    public const int Columns = 256;

    public float* X;
    public float* Target;
    public int* Indices;
    public int IndexCount;
    public int Size;
    public long Inner;
    public int Cuts;

    public readonly void Run(int index)
    {
        long o = index / Cuts;
        long from = (long)(index % Cuts) * Columns;
        int length = (int)Math.Min(Columns, Inner - from);
        for (int i = 0; i < IndexCount; i++)
        {
            Span<float> target = new(Target + (((o * Size) + Indices[i]) * Inner) + from, length);
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(X + (((o * IndexCount) + i) * Inner) + from, length), target);
        }
    }
}
