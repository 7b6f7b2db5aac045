namespace LongTake.Evaluation.Shapes;

/// <summary>
/// The generator that every clip and every suite item is drawn from: one short stream per (stream, index) pair.
/// Source: spec/benchmarks.md section 4.5.
/// </summary>
public sealed class SplitMix64
{
    private ulong _state;

    /// <summary>Starts from a raw state.</summary>
    public SplitMix64(ulong state) => _state = state;

    /// <summary>Starts the stream of one item: state 1000003 * stream + index.</summary>
    public SplitMix64(int stream, long index)
        : this(unchecked(1000003UL * (ulong)stream + (ulong)index))
    {
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            ulong z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>The next integer in [0, <paramref name="bound"/>).</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)(((NextUInt64() >> 32) * (ulong)bound) >> 32);
    }

    /// <summary>The next real number in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));
}
