using LongTake.Generation.Cache;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Frequencies;

/// <summary>
/// LoL's jitter: every head has a base of its own, b (1 + spread e_h) with e_h uniform in [-1, 1], so that no distance brings the phases of all heads
/// together at once. Drawn once from the seed; head h gets the same base however many heads there are. Another policy may work on the
/// frequencies of each head, such as FLEX's modulation.
/// Source: kv-cache-strategies.md 3.8 and 4.4 (LoL, arXiv 2601.16914).
/// </summary>
public sealed class JitteredFrequencies : IFrequencyPolicy, IStatefulPart
{
    // A stream that no noise reaches: the last frame, sample and draw there could be.
    private const ulong Stream = ulong.MaxValue;

    private readonly ulong _seed;
    private readonly IFrequencyPolicy _inner;
    private double[] _factors = [];
    private double[] _own = [];

    /// <summary>Makes the policy.</summary>
    /// <param name="spread">How far bases differ (sigma), 0 to below 1. LoL's is 0.8.</param>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="inner">What is done with a head's frequencies; null to use them as they are.</param>
    /// <exception cref="ArgumentException">The spread is out of its range.</exception>
    public JitteredFrequencies(double spread, ulong seed, IFrequencyPolicy? inner = null)
    {
        if (!(spread >= 0 && spread < 1))
        {
            throw new ArgumentException(
                $"jitter is {spread}; it is at least 0 and below 1, so that every base is positive (LoL's is 0.8).", nameof(spread));
        }
        Spread = spread;
        _seed = seed;
        _inner = inner ?? new StandardFrequencies();
    }

    /// <summary>How far bases differ (sigma).</summary>
    public double Spread { get; }

    /// <inheritdoc/>
    public int TableCount(int heads)
    {
        Draw(heads);
        return heads;
    }

    /// <summary>What the base of a head is multiplied with: 1 + spread e_h.</summary>
    /// <param name="head">The head, from 0.</param>
    public double BaseFactor(int head)
    {
        Draw(head + 1);
        return _factors[head];
    }

    /// <summary>The frequencies of a head: a base times f makes the i-th of n frequencies theta_i f^(-i/n), whatever the base.</summary>
    /// <param name="head">The head, from 0.</param>
    /// <param name="standard">The model's temporal frequencies.</param>
    /// <param name="frequencies">Takes the head's.</param>
    public void Frequencies(int head, ReadOnlySpan<double> standard, Span<double> frequencies)
    {
        double factor = BaseFactor(head);
        for (int i = 0; i < standard.Length; i++)
        {
            frequencies[i] = standard[i] * Math.Pow(factor, -(double)i / standard.Length);
        }
    }

    /// <inheritdoc/>
    public void Angles(in CacheCall call, int table, double position, ReadOnlySpan<double> standard, Span<double> angles)
    {
        if (_own.Length != standard.Length)
        {
            _own = new double[standard.Length];
        }
        Frequencies(table, standard, _own);
        _inner.Angles(call, table, position, _own, angles);
    }

    /// <summary>The state of the policy inside; bases follow from the seed.</summary>
    public byte[] SaveState() => (_inner as IStatefulPart)?.SaveState() ?? [];

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state) => (_inner as IStatefulPart)?.RestoreState(state);

    private void Draw(int heads)
    {
        if (_factors.Length >= heads)
        {
            return;
        }
        CounterRandom random = new(_seed, Stream);
        _factors = new double[heads];
        for (int h = 0; h < heads; h++)
        {
            _factors[h] = 1 + (Spread * ((2 * random.NextDouble()) - 1));
        }
    }
}
