namespace LongTake.Tensors.Random;

/// <summary>
/// A counter-based generator (Philox 4x32-10): the numbers of a (seed, stream) pair can be computed from any position
/// without those before them. Noise for frame f is stream f, so that chunk k's noise does not depend on how many chunks
/// came before. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
/// </summary>
public sealed class CounterRandom
{
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly ulong _stream;
    private readonly uint[] _block = new uint[4];
    private ulong _counter;
    private int _used = 4;

    /// <summary>Starts at position 0 of a stream.</summary>
    public CounterRandom(ulong seed, ulong stream)
    {
        _key0 = (uint)seed;
        _key1 = (uint)(seed >> 32);
        _stream = stream;
    }

    /// <summary>Blocks of four numbers drawn so far; setting it moves anywhere in the stream.</summary>
    public ulong Position
    {
        get => _counter;
        set
        {
            _counter = value;
            _used = 4;
        }
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextUInt32()
    {
        if (_used == 4)
        {
            Philox(_counter++, _stream, _key0, _key1, _block);
            _used = 0;
        }
        return _block[_used++];
    }

    /// <summary>The next number in [0, 1), with 53 random bits.</summary>
    public double NextDouble()
    {
        ulong high = NextUInt32();
        ulong low = NextUInt32();
        return (((high << 32) | low) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The next integer in [0, <paramref name="bound"/>).</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)(((ulong)NextUInt32() * (ulong)bound) >> 32);
    }

    /// <summary>Fills with standard normal deviates (Box-Muller, computed in double).</summary>
    public void FillNormal(Span<float> values)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double u = 1.0 - NextDouble();
            double v = NextDouble();
            double radius = Math.Sqrt(-2.0 * Math.Log(u));
            (double sin, double cos) = Math.SinCos(2.0 * Math.PI * v);
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length)
            {
                values[i + 1] = (float)(radius * sin);
            }
        }
    }

    private static void Philox(ulong counter, ulong stream, uint k0, uint k1, Span<uint> result)
    {
        uint x0 = (uint)counter, x1 = (uint)(counter >> 32), x2 = (uint)stream, x3 = (uint)(stream >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * x0;
            ulong p1 = 0xCD9E8D57UL * x2;
            (x0, x1, x2, x3) = ((uint)(p1 >> 32) ^ x1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ x3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        result[0] = x0;
        result[1] = x1;
        result[2] = x2;
        result[3] = x3;
    }
}
