namespace LongTake.Tensors.Random;

/// <summary>
/// The 32-bit Mersenne twister MT19937. Source: Matsumoto and Nishimura, "Mersenne twister" (1998), with the 2002
/// initialisation from one 32-bit seed.
/// </summary>
internal sealed class MersenneTwister
{
    public const int StateSize = 624;

    private const int Shift = 397;
    private readonly uint[] _state = new uint[StateSize];

    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < StateSize; i++)
        {
            uint previous = _state[i - 1];
            _state[i] = (1812433253u * (previous ^ (previous >> 30))) + i;
        }
        Index = StateSize;
    }

    public MersenneTwister(ReadOnlySpan<uint> state, int index)
    {
        state.CopyTo(_state);
        Index = index;
    }

    /// <summary>Numbers of the current batch that are used up.</summary>
    public int Index { get; private set; }

    public ReadOnlySpan<uint> State => _state;

    public uint Next()
    {
        if (Index == StateSize)
        {
            Twist();
        }
        uint y = _state[Index++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        // In three runs, so that no index has to be taken modulo the size.
        uint[] s = _state;
        int i = 0;
        for (; i < StateSize - Shift; i++)
        {
            s[i] = s[i + Shift] ^ Mix(s[i], s[i + 1]);
        }
        for (; i < StateSize - 1; i++)
        {
            s[i] = s[i + Shift - StateSize] ^ Mix(s[i], s[i + 1]);
        }
        s[i] = s[Shift - 1] ^ Mix(s[i], s[0]);
        Index = 0;
    }

    private static uint Mix(uint upper, uint lower)
    {
        uint y = (upper & 0x80000000) | (lower & 0x7FFFFFFF);
        return (y >> 1) ^ (0x9908B0DF & (0u - (y & 1)));
    }
}
