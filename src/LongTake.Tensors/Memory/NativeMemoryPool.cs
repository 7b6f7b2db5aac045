using System.Numerics;
using System.Runtime.InteropServices;

namespace LongTake.Tensors.Memory;

/// <summary>
/// Recycles 64-byte aligned native memory in size classes (four per power of two, so at most a quarter is wasted).
/// Fresh pages are dear, recycled ones are not: steady-state generation and training take everything from here.
/// Thread-safe.
/// </summary>
public sealed unsafe class NativeMemoryPool
{
    /// <summary>The pool that tensors use. What it holds depends on the work alone, not on how threads shared it.</summary>
    public static NativeMemoryPool Shared { get; } = new();

    /// <summary>
    /// The working memory of threads inside a kernel, a pool of its own: a thread keeps what the pieces that it happened to take needed
    /// (8 MiB at most), so how much is held differs from run to run within the bound of one such block a thread and size.
    /// </summary>
    public static NativeMemoryPool Scratch { get; } = new();

    /// <summary>Bytes that a block has beyond those asked for: they let a kernel read one vector past the end of any tensor.</summary>
    internal const int Slack = 64;

    private readonly Dictionary<nuint, Stack<NativeBuffer>> _free = [];
    private readonly Lock _gate = new();
    private long _inUse;
    private long _held;
    private long _peak;

    /// <summary>Bytes handed out and not yet returned.</summary>
    public long BytesInUse => Interlocked.Read(ref _inUse);

    /// <summary>Bytes taken from the system: in use plus kept for reuse.</summary>
    public long BytesHeld => Interlocked.Read(ref _held);

    /// <summary>Largest value that <see cref="BytesInUse"/> has had since the last <see cref="ResetPeak"/>.</summary>
    public long PeakBytesInUse => Interlocked.Read(ref _peak);

    /// <summary>Starts a new measurement of <see cref="PeakBytesInUse"/>.</summary>
    public void ResetPeak() => Interlocked.Exchange(ref _peak, Interlocked.Read(ref _inUse));

    /// <summary>Takes a block of at least <paramref name="bytes"/> bytes, aligned to 64, contents undefined.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more memory.</exception>
    internal NativeBuffer Rent(long bytes)
    {
        nuint capacity = ClassOf(bytes);
        lock (_gate)
        {
            _inUse += (long)capacity;
            _peak = Math.Max(_peak, _inUse);
            if (_free.TryGetValue(capacity, out Stack<NativeBuffer>? stack) && stack.Count > 0)
            {
                return stack.Pop();
            }
            _held += (long)capacity;
        }
        try
        {
            return new NativeBuffer((byte*)NativeMemory.AlignedAlloc(capacity, 64), capacity);
        }
        catch (OutOfMemoryException)
        {
            lock (_gate)
            {
                _inUse -= (long)capacity;
                _held -= (long)capacity;
            }
            throw new OutOfMemoryException($"No memory for a tensor of {bytes:N0} bytes ({BytesInUse:N0} bytes are in use).");
        }
    }

    internal void Return(NativeBuffer block)
    {
        lock (_gate)
        {
            _inUse -= (long)block.Capacity;
            if (!_free.TryGetValue(block.Capacity, out Stack<NativeBuffer>? stack))
            {
                _free[block.Capacity] = stack = new Stack<NativeBuffer>();
            }
            stack.Push(block);
        }
    }

    /// <summary>Gives all memory kept for reuse back to the system.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            foreach ((nuint capacity, Stack<NativeBuffer> stack) in _free)
            {
                _held -= (long)capacity * stack.Count;
                while (stack.Count > 0)
                {
                    NativeMemory.AlignedFree(stack.Pop().Address);
                }
            }
        }
    }

    private static nuint ClassOf(long bytes)
    {
        ulong n = (ulong)(Math.Max(bytes, 64) + Slack);
        ulong step = Math.Max(64, BitOperations.RoundUpToPowerOf2(n) >> 3);
        return (nuint)((n + step - 1) / step * step);
    }
}
