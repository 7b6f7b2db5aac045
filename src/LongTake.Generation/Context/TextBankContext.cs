using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;
using LongTake.Tensors;

namespace LongTake.Generation.Context;

/// <summary>When a frame enters a <see cref="TextBankContext"/>.</summary>
public enum BankEntry
{
    /// <summary>With the chunk after its own, as in the reference: for a while it is attended to twice, in the bank and in the window.</summary>
    Recorded,

    /// <summary>When it leaves the window: nothing is attended to twice.</summary>
    Leaving,
}

/// <summary>How a <see cref="TextBankContext"/> judges what a frame has to do with the prompt.</summary>
public enum BankScore
{
    /// <summary>By the mean product of the frame's keys with the keys of the text, as in the reference code.</summary>
    Product,

    /// <summary>
    /// By the share of attention that the frame gets among those of the bank, with the keys of the text as queries, as the paper writes it.
    /// </summary>
    Softmax,
}

/// <summary>
/// A sliding window with a sink, and between them a bank of single frames that are kept for what they have to do with the prompt. The first
/// frame of every so many chunks is a candidate. A full bank lets the frame go whose keys answer the prompt least (<see cref="BankScore"/>): mean
/// over heads, words and tokens of (text key . frame key) / sqrt(D), or of the softmax of that over all tokens of the bank, with the keys of the
/// layer's cross-attention to the prompt and its keys of self-attention before rotation. Every layer and sample has a bank of its own. The bank
/// comes on top of the window.
/// Source: kv-cache-strategies.md 3.13, autoregressive-streaming.md 8 (MemFlow, arXiv 2512.14699).
/// </summary>
public sealed class TextBankContext : IContextPolicy
{
    private readonly int _window;
    private readonly int _bank;
    private readonly int _interval;
    private readonly int _chunk;
    private readonly BankEntry _entry;
    private readonly BankScore _score;
    private readonly double[] _scores;
    private int _candidate;
    private int _firstBanked;
    private int _banked;

    /// <summary>Makes the policy.</summary>
    /// <param name="window">Latent frames of sink and window, the chunk in work included; the bank is not.</param>
    /// <param name="sink">First frames of the video that stay.</param>
    /// <param name="bank">Frames of the bank, at least 1.</param>
    /// <param name="interval">Chunks from candidate to candidate, at least 1.</param>
    /// <param name="chunk">Frames of a chunk.</param>
    /// <param name="entry">When candidates enter the bank.</param>
    /// <param name="score">How a full bank judges its frames.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together.</exception>
    public TextBankContext(
        int window,
        int sink,
        int bank,
        int interval,
        int chunk,
        BankEntry entry = BankEntry.Recorded,
        BankScore score = BankScore.Product)
    {
        if (sink < 0 || chunk < 1 || sink + chunk > window)
        {
            throw new ArgumentException(
                $"A sink of {sink} and chunks of {chunk} do not fit in a window of {window}; make it at least {sink + chunk}.", nameof(window));
        }
        if (bank < 1 || interval < 1)
        {
            throw new ArgumentException($"A bank of {bank} frames filled every {interval} chunks is none; both are at least 1.", nameof(bank));
        }
        _window = window;
        _bank = bank;
        _interval = interval;
        _chunk = chunk;
        _entry = entry;
        _score = score;
        _scores = new double[bank];
        Sink = sink;
    }

    /// <inheritdoc/>
    public int Capacity => _window + _bank;

    /// <summary>First frames that stay.</summary>
    public int Sink { get; }

    /// <inheritdoc/>
    public int ChosenSlots => _bank;

    /// <inheritdoc/>
    public bool NeedsText => true;

    /// <summary>The bank is not written when the context is computed anew (kv-cache-strategies.md 3.13); a flush drops it.</summary>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, Sink);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        if (incoming + Sink > _window)
        {
            throw new InvalidOperationException(
                $"A chunk of {incoming} latent frames and a sink of {Sink} do not fit in a window of {_window}; use one of at least {incoming + Sink}.");
        }
        _firstBanked = _banked = 0;
        for (int i = held.Length - 1; i >= 0; i--)
        {
            if (held[i].Role == FrameRole.Chosen)
            {
                _firstBanked = i;
                _banked++;
            }
        }
        _candidate = _entry == BankEntry.Recorded ? Recorded(held, incoming) : -1;
        int evict = held.Length - _banked + incoming - _window;
        for (int i = 0; i < held.Length && evict > 0; i++)
        {
            if (held[i].Role == FrameRole.Frame && held[i].Index >= Sink)
            {
                keep[i] = false;
                evict--;
                _candidate = _entry == BankEntry.Leaving && IsCandidate(held[i].Index) ? i : _candidate;
            }
        }
        if (_candidate >= 0)
        {
            keep.Slice(_firstBanked, _banked).Clear();
        }
    }

    /// <inheritdoc/>
    public TokenChoice? ChooseSlots(ReadOnlySpan<CachedFrame> held, int incoming)
    {
        if (_candidate < 0)
        {
            return null;
        }
        int sink = 0;
        foreach (CachedFrame frame in held)
        {
            sink += frame.Role == FrameRole.Frame && frame.Index < Sink ? 1 : 0;
        }
        return new TokenChoice(sink, Math.Min(_bank, _banked + 1), held[_candidate].Index);
    }

    /// <inheritdoc/>
    public void ChooseTokens(in CacheCall call, int layer, int sample, Tensor queries, KeyValueCache cache, Span<int> rows)
    {
        int perFrame = cache.Layout.TokensPerFrame;
        int dropped = _banked < _bank ? -1 : LeastRelevant(layer, sample, cache);
        int to = 0;
        for (int i = 0; i <= _banked; i++)
        {
            int slot = i < _banked ? _firstBanked + i : _candidate;
            if (slot == dropped)
            {
                continue;
            }
            for (int t = 0; t < perFrame; t++)
            {
                rows[to++] = (slot * perFrame) + t;
            }
        }
    }

    /// <summary>The banked slot with the smallest score; of equal ones the oldest.</summary>
    private int LeastRelevant(int layer, int sample, KeyValueCache cache)
    {
        Span<double> scores = _scores.AsSpan(0, _banked);
        if (_score == BankScore.Softmax)
        {
            TextRelevance.Softmax(cache, layer, sample, _firstBanked, scores);
        }
        else
        {
            TextRelevance.Product(cache, layer, sample, _firstBanked, scores);
        }
        int least = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            least = scores[i] < scores[least] ? i : least;
        }
        return _firstBanked + least;
    }

    /// <summary>The first frame of the newest chunk, if it is a candidate.</summary>
    private int Recorded(ReadOnlySpan<CachedFrame> held, int incoming)
    {
        int slot = held.Length - incoming;
        return slot >= 0 && held[slot].Role == FrameRole.Frame && held[slot].Index == held[^1].Index + 1 - incoming && IsCandidate(held[slot].Index)
            ? slot
            : -1;
    }

    private bool IsCandidate(long frame) => frame % _chunk == 0 && frame / _chunk % _interval == 0;
}
