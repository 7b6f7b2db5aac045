namespace LongTake.Tensors.Memory;

/// <summary>
/// Working memory of one piece of a parallel loop: each thread keeps its last block, so that pieces neither queue for the
/// pool nor write to memory that lies in another core's cache.
/// </summary>
internal static class ThreadScratch
{
    // Larger blocks go back to the pool, where other threads can have them.
    private const long LargestKept = 8 << 20;

    [ThreadStatic]
    private static Kept? t_kept;

    /// <summary>Takes a block of at least <paramref name="bytes"/> bytes, aligned to 64, contents undefined.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more memory.</exception>
    public static NativeBuffer Rent(long bytes)
    {
        Kept kept = t_kept ??= new Kept();
        if (kept.Block is NativeBuffer block)
        {
            // Taken, so that a piece inside a piece has its own.
            kept.Block = null;
            if ((long)block.Capacity >= bytes + NativeMemoryPool.Slack)
            {
                return block;
            }
            NativeMemoryPool.Scratch.Return(block);
        }
        return NativeMemoryPool.Scratch.Rent(bytes);
    }

    /// <summary>Gives a block back, on the thread that took it.</summary>
    public static void Return(NativeBuffer block)
    {
        Kept kept = t_kept!;
        if (kept.Block is null && (long)block.Capacity <= LargestKept)
        {
            kept.Block = block;
            return;
        }
        NativeMemoryPool.Scratch.Return(block);
    }

    // Finalised after its thread has ended.
    private sealed class Kept
    {
        public NativeBuffer? Block;

        ~Kept()
        {
            if (Block is not null)
            {
                NativeMemoryPool.Scratch.Return(Block);
            }
        }
    }
}
