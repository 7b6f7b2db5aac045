using LongTake.Generation.Noise;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Branches;

/// <summary>Noise that members of a group share, but for a stretch of the video in which each has its own.</summary>
/// <param name="seed">Seed of what is shared.</param>
/// <param name="sharesInitial">Whether what chunks start from is shared in that stretch as well, so that only later draws differ.</param>
internal sealed class MemberNoise(ulong seed, bool sharesInitial) : INoisePolicy
{
    private readonly CounterNoise _shared = new(seed);
    private CounterNoise? _own;
    private long _from;
    private long _to;

    /// <summary>Seed of a member's own noise.</summary>
    public static ulong SeedOf(ulong seed, int member)
    {
        CounterRandom random = new(seed ^ 0x6D656D626572, (ulong)member);
        return ((ulong)random.NextUInt32() << 32) | random.NextUInt32();
    }

    /// <summary>Begins a member.</summary>
    /// <param name="member">Its number; null for shared noise alone.</param>
    /// <param name="from">First latent frame with noise of its own.</param>
    /// <param name="to">First after them.</param>
    public void Use(int? member, long from, long to)
    {
        _own = member is int number ? new CounterNoise(SeedOf(seed, number)) : null;
        (_from, _to) = (from, to);
    }

    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise) => (sharesInitial ? _shared : At(firstFrame)).Initial(firstFrame, noise);

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise) => At(firstFrame).Renoise(firstFrame, step, noise);

    private CounterNoise At(long firstFrame) => _own is not null && firstFrame >= _from && firstFrame < _to ? _own : _shared;
}
