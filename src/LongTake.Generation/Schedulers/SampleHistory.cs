namespace LongTake.Generation.Schedulers;

/// <summary>The last few estimates of the clean sample of a multistep solver, newest first. Buffers are kept from run to run.</summary>
/// <param name="capacity">Estimates to remember.</param>
internal sealed class SampleHistory(int capacity)
{
    private readonly float[][] _buffers = [.. Enumerable.Repeat(Array.Empty<float>(), capacity)];

    /// <summary>Estimates remembered now.</summary>
    public int Count { get; private set; }

    /// <summary>An estimate; 0 is the newest.</summary>
    public float[] this[int age] => _buffers[age];

    public void Clear(int length)
    {
        Count = 0;
        if (_buffers[0].Length != length)
        {
            for (int i = 0; i < _buffers.Length; i++)
            {
                _buffers[i] = new float[length];
            }
        }
    }

    /// <summary>Drops the oldest and hands its buffer out to be filled with the newest.</summary>
    public float[] Push()
    {
        float[] oldest = _buffers[^1];
        for (int i = _buffers.Length - 1; i > 0; i--)
        {
            _buffers[i] = _buffers[i - 1];
        }
        _buffers[0] = oldest;
        Count = Math.Min(Count + 1, _buffers.Length);
        return oldest;
    }
}
