using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// How loops are cut for the worker pool. The pieces depend on sizes alone, never on the number of threads, so that
/// sums come out the same on any machine.
/// </summary>
internal static class Pieces
{
    /// <summary>
    /// Elements of a piece of an element-wise loop: large enough that starting it costs nothing, small enough for the L2 cache.
    /// </summary>
    public const int Elements = 16384;

    /// <summary>Rows that one partial sum of a parameter gradient covers.</summary>
    public const int SumRows = 64;

    /// <summary>Pieces of <paramref name="size"/> that cover <paramref name="count"/>.</summary>
    public static int Of(long count, long size) => checked((int)((count + size - 1) / size));

    /// <summary>Length of piece <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(int index, long count, int size) => (int)Math.Min(size, count - ((long)index * size));

    /// <summary>Rows of a piece so that it has about <see cref="Elements"/> elements.</summary>
    public static int Rows(long rowLength) => (int)Math.Max(1, Elements / Math.Max(1, rowLength));

    /// <summary>The same, with pieces of one size: none has much less to do than the others.</summary>
    public static int Rows(long rowLength, long rows)
    {
        int most = Rows(rowLength);
        return Of(Math.Max(1, rows), Of(Math.Max(1, rows), most));
    }
}
