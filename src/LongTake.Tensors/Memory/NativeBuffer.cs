namespace LongTake.Tensors.Memory;

/// <summary>
/// A block of native memory shared by a tensor and its views, counted. The block (with this record of it) goes back to
/// the pool, or its external owner is told, when the last of them is released.
/// </summary>
internal sealed unsafe class NativeBuffer
{
    private readonly IDisposable? _owner;
    private readonly bool _isExternal;
    private int _references;

    /// <summary>A block of the pool.</summary>
    public NativeBuffer(byte* address, nuint capacity)
    {
        Address = address;
        Capacity = capacity;
    }

    /// <summary>Memory that belongs to <paramref name="owner"/> (a mapped file, say).</summary>
    public NativeBuffer(byte* address, IDisposable? owner)
    {
        Address = address;
        _owner = owner;
        _isExternal = true;
    }

    public byte* Address { get; }

    public nuint Capacity { get; }

    public void AddReference() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
        {
            return;
        }
        if (_isExternal)
        {
            _owner?.Dispose();
        }
        else
        {
            NativeMemoryPool.Shared.Return(this);
        }
    }
}
