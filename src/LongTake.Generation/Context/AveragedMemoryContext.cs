using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Context;

/// <summary>
/// Keeps the first frames, the newest, and between them two averages of all that has left: a long memory and a short one. The cache
/// holds S | long | short | recent | chunk. Until it is full it holds frames alone; the first frames to leave become both averages, later
/// ones are mixed in, E := rate mean + (1 - rate) E.
/// Source: kv-cache-strategies.md 3.11 (MemRoPE, arXiv 2603.12513).
/// </summary>
public sealed class AveragedMemoryContext : IContextPolicy
{
    /// <summary>Share of the short rate that places take on in which nothing has changed, with adaptive averages.</summary>
    public const double SlowestShare = 0.1;

    /// <summary>Share of it in places in which most has changed.</summary>
    public const double FastestShare = 5;

    private const int Averages = 2;

    private readonly int _chunk;

    /// <summary>Makes the policy.</summary>
    /// <param name="sink">First frames of the video that stay.</param>
    /// <param name="recent">Newest frames that stay, the chunk in work not counted.</param>
    /// <param name="chunk">Frames of a chunk.</param>
    /// <param name="longRate">Weight of new means in the long memory, 0 to 1.</param>
    /// <param name="shortRate">Weight of new means in the short memory, 0 to 1.</param>
    /// <param name="average">What means go over, and whether the short rate adapts to what has changed.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public AveragedMemoryContext(int sink, int recent, int chunk, double longRate, double shortRate, AverageKind average = AverageKind.Global)
    {
        if (sink < 0 || recent < 0 || chunk < 1)
        {
            throw new ArgumentException($"A sink of {sink}, {recent} recent frames and chunks of {chunk} make no cache; none is negative.", nameof(sink));
        }
        if (average == AverageKind.Adaptive && shortRate * FastestShare > 1)
        {
            throw new ArgumentException(
                $"A short rate of {shortRate} would adapt up to more than 1; make it at most {1 / FastestShare}.", nameof(shortRate));
        }
        if (!(longRate >= 0 && longRate <= 1) || !(shortRate >= 0 && shortRate <= 1))
        {
            throw new ArgumentException($"The rates of the two memories are {longRate} and {shortRate}; they lie between 0 and 1.", nameof(longRate));
        }
        Sink = sink;
        Recent = recent;
        LongRate = longRate;
        ShortRate = shortRate;
        Average = average;
        _chunk = chunk;
    }

    /// <inheritdoc/>
    public int Capacity => Sink + Averages + Recent + _chunk;

    /// <summary>First frames that stay.</summary>
    public int Sink { get; }

    /// <summary>Newest frames that stay beside the chunk in work.</summary>
    public int Recent { get; }

    /// <summary>Weight of new means in the long memory.</summary>
    public double LongRate { get; }

    /// <summary>Weight of new means in the short memory.</summary>
    public double ShortRate { get; }

    /// <summary>What means go over, and whether the short rate adapts.</summary>
    public AverageKind Average { get; }

    /// <inheritdoc/>
    public bool MergesFrames => true;

    /// <summary>Averages cannot be computed anew and stay; a flush drops them, and they begin anew with what leaves next.</summary>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, Sink);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        if (incoming > _chunk)
        {
            throw new InvalidOperationException(
                $"The cache was planned for chunks of {_chunk} latent frames; one of {incoming} does not fit beside sink, memories and recent frames.");
        }

        // Where there are no averages yet, the first two frames that leave give them their slots.
        int first = Sink + Averages;
        int end = held.Length - Recent;
        if (held.Length + incoming > Capacity && end > first)
        {
            keep[first..end].Clear();
        }
    }

    /// <inheritdoc/>
    public void Fold(KeyValueCache cache, ReadOnlySpan<bool> keep)
    {
        int end = cache.Frames.Length - Recent;
        int shortMemory = Sink + 1;
        long newest = cache.Frames[end - 1].Index;
        bool overTokens = Average == AverageKind.Global;
        if (cache.Frames[Sink].Role == FrameRole.Merged)
        {
            int first = Sink + Averages;
            cache.BlendMean(first, end - first, Sink, LongRate, overTokens);
            if (Average == AverageKind.Adaptive)
            {
                cache.BlendMeanByChange(first, end - first, shortMemory, ShortRate, SlowestShare, FastestShare);
            }
            else
            {
                cache.BlendMean(first, end - first, shortMemory, ShortRate, overTokens);
            }
        }
        else
        {
            cache.BlendMean(Sink, end - Sink, Sink, 1, overTokens);
            cache.Blend(Sink, shortMemory, 1, 1);
        }
        cache.MarkMerged(Sink, newest);
        cache.MarkMerged(shortMemory, newest);
    }
}
