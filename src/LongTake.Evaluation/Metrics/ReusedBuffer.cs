using System.Buffers;

namespace LongTake.Evaluation.Metrics;

/// <summary>
/// A large buffer of a measurement that the next video's takes over when it is disposed: fresh memory costs a fault of every page that is touched,
/// which is more than many a metric computes.
/// </summary>
/// <typeparam name="T">What it holds; values without references.</typeparam>
/// <param name="length">How many values; what they are at first is not defined.</param>
internal sealed class ReusedBuffer<T>(int length) : IDisposable
    where T : unmanaged
{
    private T[]? _array = ArrayPool<T>.Shared.Rent(length);

    /// <summary>How many values it has.</summary>
    public int Length => length;

    /// <summary>The values.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public Span<T> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_array is null, this);
            return _array.AsSpan(0, length);
        }
    }

    /// <summary>Gives it back; the second time does nothing.</summary>
    public void Dispose()
    {
        if (_array is T[] array)
        {
            _array = null;
            ArrayPool<T>.Shared.Return(array);
        }
    }
}
