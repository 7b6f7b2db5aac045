using LongTake.Generation.Cache;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Generation.Context;

/// <summary>When a frame enters a <see cref="TextBankContext"/>.</summary>
public enum BankEntry
{
    /// <summary>With the chunk after its own, as in the reference: for a while it is attended to twice, in the bank and in the window.</summary>
    Recorded,

    /// <summary>When it leaves the window: nothing is attended to twice.</summary>
    Leaving,
}

/// <summary>
/// A sliding window with a sink, and between them a bank of single frames that are kept for what they have to do with the prompt. The first
/// frame of every so many chunks is a candidate. A full bank lets the frame go whose keys answer the prompt least: mean over
/// heads, words and tokens of (text key . frame key) / sqrt(D), with the keys of the layer's cross-attention to the prompt and its keys of
/// self-attention before rotation. Every layer and sample has a bank of its own. The bank comes on top of the window.
/// Source: kv-cache-strategies.md 3.13, autoregressive-streaming.md 8 (MemFlow, arXiv 2512.14699).
/// </summary>
public sealed class TextBankContext : IContextPolicy
{
    private readonly int _window;
    private readonly int _bank;
    private readonly int _interval;
    private readonly int _chunk;
    private readonly BankEntry _entry;
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
    /// <exception cref="ArgumentException">The numbers do not fit together.</exception>
    public TextBankContext(int window, int sink, int bank, int interval, int chunk, BankEntry entry = BankEntry.Recorded)
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
        using TensorScope scope = TensorScope.Open();
        CacheLayout layout = cache.Layout;
        Backend backend = cache.Compute.Backend;
        int width = layout.Heads * layout.HeadDim;
        Tensor text = cache.TextKeys!(layer);
        Tensor words = Tensor.Empty([1, width]);
        Tensor mean = Tensor.Empty([1, width]);

        // The mean of products is the product of means, head by head.
        backend.SumMiddle(text.Rows(sample, 1), 1, text.Shape[1], width, 1f / text.Shape[1], words, add: false);
        Tensor slots = cache.Keys(layer).View([layout.Batch * cache.Capacity, layout.TokensPerFrame * width]);
        int least = -1;
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < _banked; i++)
        {
            Tensor keys = slots.Rows((sample * cache.Capacity) + _firstBanked + i, 1);
            if (keys.DType != DType.F32)
            {
                Tensor wide = Tensor.Empty(keys.Shape);
                backend.Cast(keys, wide);
                keys = wide;
            }
            backend.SumMiddle(keys, 1, layout.TokensPerFrame, width, 1f / layout.TokensPerFrame, mean, add: false);
            double score = 0;
            for (int c = 0; c < width; c++)
            {
                score += (double)words.Span[c] * mean.Span[c];
            }
            if (least < 0 || score < smallest)
            {
                (least, smallest) = (_firstBanked + i, score);
            }
        }
        return least;
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
