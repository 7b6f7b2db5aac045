using System.Buffers.Binary;

namespace LongTake.Tensors.Random;

/// <summary>
/// Random numbers as PyTorch's CPU generator gives them for the same seed and the same sequence of calls, so that a
/// seed means the same video here and there. Integers and uniform numbers are equal to the last bit; normal deviates
/// of single precision may differ in the last place (logarithm, sine and cosine).
/// <para>
/// As there, normal deviates come from two algorithms: fewer than 16 values are drawn one by one (in double, two
/// uniform numbers give two deviates, the second is kept for the next such call); 16 or more are made in blocks of 16
/// uniform numbers, and if the count is no multiple of 16 the last 16 values are drawn once more.
/// </para>
/// </summary>
public sealed partial class TorchRandom
{
    private const int Block = 16;
    private const int StateBytes = 4 + (4 * MersenneTwister.StateSize) + 1 + 8;

    private readonly MersenneTwister _engine;
    private double? _next;

    /// <summary>Starts as <c>torch.Generator().manual_seed(seed)</c> does; only the low 32 bits of a seed count there.</summary>
    public TorchRandom(ulong seed) => _engine = new MersenneTwister((uint)seed);

    private TorchRandom(MersenneTwister engine, double? next)
    {
        _engine = engine;
        _next = next;
    }

    /// <summary>The next 32 bits of the generator.</summary>
    public uint NextUInt32() => _engine.Next();

    /// <summary>The next 64 bits (two draws, the first one on top).</summary>
    public ulong NextUInt64()
    {
        ulong high = _engine.Next();
        return (high << 32) | _engine.Next();
    }

    /// <summary><c>torch.randn(shape)</c>: standard normal deviates in F32, F64, BF16 or F16.</summary>
    /// <exception cref="ArgumentException">Another element type.</exception>
    public Tensor Normal(Shape shape, DType type = DType.F32)
    {
        RequireFloating(type);
        Tensor t = Tensor.Empty(shape, type);
        switch (type)
        {
            case DType.F32:
                FillNormal(t.Span);
                break;
            case DType.F64:
                FillNormal(t.AsSpan<double>());
                break;
            case DType.BF16:
                FillNormal(t.AsSpan<BFloat16>());
                break;
            default:
                FillNormal(t.AsSpan<Half>());
                break;
        }
        return t;
    }

    /// <summary><c>torch.rand(shape)</c>: uniform numbers in [0, 1) in F32, F64, BF16 or F16.</summary>
    /// <exception cref="ArgumentException">Another element type.</exception>
    public Tensor Uniform(Shape shape, DType type = DType.F32)
    {
        RequireFloating(type);
        Tensor t = Tensor.Empty(shape, type);
        switch (type)
        {
            case DType.F32:
                FillUniform(t.Span);
                break;
            case DType.F64:
                FillUniform(t.AsSpan<double>());
                break;
            case DType.BF16:
                foreach (ref BFloat16 value in t.AsSpan<BFloat16>())
                {
                    value = (BFloat16)NextUniform(BFloat16Digits);
                }
                break;
            default:
                foreach (ref Half value in t.AsSpan<Half>())
                {
                    value = (Half)NextUniform(HalfDigits);
                }
                break;
        }
        return t;
    }

    /// <summary><c>torch.rand</c> in single precision: multiples of 2^-24 in [0, 1).</summary>
    public void FillUniform(Span<float> values)
    {
        foreach (ref float value in values)
        {
            value = NextUniform(SingleDigits);
        }
    }

    /// <summary><c>torch.rand</c> in double precision: multiples of 2^-53 in [0, 1).</summary>
    public void FillUniform(Span<double> values)
    {
        foreach (ref double value in values)
        {
            value = NextUniformDouble();
        }
    }

    /// <summary><c>torch.randint(low, high, ...)</c>: integers in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <exception cref="ArgumentException">The range is empty.</exception>
    public void FillIntegers(Span<long> values, long low, long high)
    {
        if (high <= low)
        {
            throw new ArgumentException($"There is no integer from {low} up to but not including {high}.", nameof(high));
        }
        ulong range = unchecked((ulong)high - (ulong)low);
        foreach (ref long value in values)
        {
            ulong draw = range > uint.MaxValue ? NextUInt64() : NextUInt32();
            value = unchecked((long)((draw % range) + (ulong)low));
        }
    }

    /// <summary><c>torch.randperm(n)</c>: the numbers 0 to <paramref name="count"/> - 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }
        for (int i = 0; i < count - 1; i++)
        {
            int other = i + (int)(NextUInt32() % (uint)(count - i));
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    /// <summary>The generator's whole state, to go on from later (<see cref="FromState"/>).</summary>
    public byte[] SaveState()
    {
        byte[] state = new byte[StateBytes];
        BinaryPrimitives.WriteInt32LittleEndian(state, _engine.Index);
        for (int i = 0; i < MersenneTwister.StateSize; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(4 + (4 * i)), _engine.State[i]);
        }
        state[^9] = _next is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteDoubleLittleEndian(state.AsSpan(StateBytes - 8), _next ?? 0);
        return state;
    }

    /// <summary>A generator that goes on where <see cref="SaveState"/> was called.</summary>
    /// <exception cref="ArgumentException">The bytes are no such state.</exception>
    public static TorchRandom FromState(ReadOnlySpan<byte> state)
    {
        int index = state.Length == StateBytes ? BinaryPrimitives.ReadInt32LittleEndian(state) : -1;
        if (index is < 0 or > MersenneTwister.StateSize || state[^9] > 1)
        {
            throw new ArgumentException($"This is no saved state of the generator ({StateBytes} bytes).", nameof(state));
        }
        uint[] words = new uint[MersenneTwister.StateSize];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(state[(4 + (4 * i))..]);
        }
        double? next = state[^9] == 1 ? BinaryPrimitives.ReadDoubleLittleEndian(state[^8..]) : null;
        return new TorchRandom(new MersenneTwister(words, index), next);
    }

    private static void RequireFloating(DType type)
    {
        if (!type.IsFloating())
        {
            throw new ArgumentException($"Random numbers of type {type} are not made; use F32, F64, BF16 or F16.", nameof(type));
        }
    }
}
