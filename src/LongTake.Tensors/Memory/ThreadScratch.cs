namespace LongTake.Tensors.Memory;

/// <summary>
/// Working memory of one piece of a parallel loop: each thread keeps its last block, so that pieces neither queue for the
/// pool nor write to memory that lies in another core's cache.
/// </summary>
internal static class ThreadScratch
{
    // Larger blocks go back to the pool, where tensors can have them.
    private const long LargestKept = 8 << 20;

    private static readonly Lock s_gate = new();
    private static readonly List<WeakReference<Kept>> s_all = [];

    [ThreadStatic]
    private static Kept? t_kept;

    /// <summary>Bytes that threads keep and do not use.</summary>
    public static long IdleBytes
    {
        get
        {
            long bytes = 0;
            lock (s_gate)
            {
                foreach (WeakReference<Kept> one in s_all)
                {
                    if (one.TryGetTarget(out Kept? kept) && Volatile.Read(ref kept.Block) is NativeBuffer block)
                    {
                        bytes += (long)block.Capacity;
                    }
                }
            }
            return bytes;
        }
    }

    /// <summary>Takes a block of at least <paramref name="bytes"/> bytes, aligned to 64, contents undefined.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more memory.</exception>
    public static NativeBuffer Rent(long bytes)
    {
        Kept kept = t_kept ??= Register();
        if (kept.Block is NativeBuffer block)
        {
            // Taken, so that a piece inside a piece has its own.
            kept.Block = null;
            if ((long)block.Capacity >= bytes + NativeMemoryPool.Slack)
            {
                return block;
            }
            NativeMemoryPool.Shared.Return(block);
        }
        return NativeMemoryPool.Shared.Rent(bytes);
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
        NativeMemoryPool.Shared.Return(block);
    }

    private static Kept Register()
    {
        Kept kept = new();
        lock (s_gate)
        {
            s_all.RemoveAll(one => !one.TryGetTarget(out _));
            s_all.Add(new WeakReference<Kept>(kept));
        }
        return kept;
    }

    // Finalised after its thread has ended.
    private sealed class Kept
    {
        public NativeBuffer? Block;

        ~Kept()
        {
            if (Block is not null)
            {
                NativeMemoryPool.Shared.Return(Block);
            }
        }
    }
}
