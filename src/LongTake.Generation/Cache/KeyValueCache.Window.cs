using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Calls that reach beyond the chunk in work: the frames after it attend and are attended to, but are never stored. Of the past they
// see a sink and the newest frames. Source: rolling-window-denoising.md 3.
public sealed partial class KeyValueCache
{
    // Tables of calls with and without following frames: keys and queries of either, so that the two sizes do not take turns.
    private readonly RotaryTables?[] _windowTables = new RotaryTables?[4];
    private readonly RotaryTables?[] _windowMemory = new RotaryTables?[4];
    private CachedFrame[] _windowFrames = [];
    private double[] _windowPositions = [];
    private int _windowOwn;
    private int _windowSink;
    private int _windowRecent;

    /// <summary>Frames that the calls of a window see, in the order of their keys; the last ones are its queries.</summary>
    internal ReadOnlySpan<CachedFrame> WindowFrames => _windowFrames.AsSpan(0, WindowCount);

    /// <summary>Temporal positions of <see cref="WindowFrames"/>.</summary>
    internal ReadOnlySpan<double> WindowPositions => _windowPositions.AsSpan(0, WindowCount);

    private int WindowCount => _windowOwn == 0 ? 0 : _windowSink + _windowRecent + _queryCount;

    /// <summary>
    /// Widens the calls that follow, until the next chunk begins: their queries are the chunk in work and frames after it. Only the chunk's
    /// own keys and values are stored.
    /// </summary>
    /// <param name="following">Frames after the chunk in work that are computed along.</param>
    /// <param name="sink">First frames held that are seen.</param>
    /// <param name="recent">Newest frames before the chunk that are seen.</param>
    /// <exception cref="InvalidOperationException">No chunk is in work.</exception>
    /// <exception cref="ArgumentException">So many frames are not held, or more are seen than there is room for.</exception>
    public void BeginWindow(int following, int sink, int recent)
    {
        if (_queryCount == 0 || _isRewrite)
        {
            throw new InvalidOperationException("The cache has no chunk in work: begin one before a window.");
        }
        int own = _windowOwn > 0 ? _windowOwn : _queryCount;
        int before = _count - own;
        int seen = sink + recent + own + following;
        if (following < 0 || sink < 0 || recent < 0 || sink + recent > before || seen > Capacity)
        {
            throw new ArgumentException(
                $"A window of {sink} first and {recent} newest of {before} latent frames, a chunk of {own} and {following} after it " +
                $"is none in a cache of {Capacity}.");
        }
        _windowOwn = own;
        _windowSink = sink;
        _windowRecent = recent;
        _queryCount = own + following;
        FillWindow(before, seen, following);
    }

    private void FillWindow(int before, int seen, int following)
    {
        if (_windowFrames.Length == 0)
        {
            _windowFrames = new CachedFrame[Capacity];
            _windowPositions = new double[2 * Capacity];
        }
        int held = _windowRecent + _windowOwn;
        Array.Copy(_frames, 0, _windowFrames, 0, _windowSink);
        Array.Copy(_frames, before - _windowRecent, _windowFrames, _windowSink, held);
        for (int i = 0; i < following; i++)
        {
            _windowFrames[_windowSink + held + i] = new CachedFrame(_next + i);
        }
        CacheCall call = new()
        {
            Held = _windowFrames.AsSpan(0, seen),
            Queries = _windowFrames.AsSpan(seen - _queryCount, _queryCount),
            SceneCut = false,
        };
        Span<double> keys = _windowPositions.AsSpan(0, seen);
        Span<double> queries = _windowPositions.AsSpan(seen, _queryCount);
        _positions.Place(call, keys, queries);
        int at = following > 0 ? 0 : 2;
        Fill(call, keys, ref _windowTables[at], ref _windowMemory[at]);
        Fill(call, queries, ref _windowTables[at + 1], ref _windowMemory[at + 1]);
    }

    private Tensor AttendWindow(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        if (compute.IsRecording)
        {
            throw new NotSupportedException("Gradients do not flow through a window of chunks; train with chunks one by one.");
        }
        using OperationScope scope = compute.Scope();
        Tensor keys = Collect(compute, k, _keys[layer]);
        Tensor values = Collect(compute, v, _values[layer]);
        _attended[layer] = keys.Shape[1];
        int at = _queryCount > _windowOwn ? 0 : 2;
        RotaryTables tables = _windowTables[at]!.Value;
        RotaryTables own = _windowTables[at + 1]!.Value;
        return scope.Keep(compute.Attention(compute.Rope(q, own.Cos, own.Sin), compute.Rope(keys, tables.Cos, tables.Sin), values));
    }

    /// <summary>Stores the chunk's own rows, and puts together what is seen: sink, recent frames, the chunk, the frames after it.</summary>
    private Tensor Collect(Compute compute, Tensor fresh, Tensor pool)
    {
        int perFrame = Layout.TokensPerFrame;
        int before = _count - _windowOwn;
        int following = _queryCount - _windowOwn;
        Tensor stored = fresh.DType == Type ? fresh : compute.Cast(fresh, Type);
        compute.CopyRows(stored, 0, pool, before * perFrame, _windowOwn * perFrame);
        Tensor seen = Tensor.Empty(pool.Shape.With(1, WindowCount * perFrame), Type);
        int held = _windowRecent + _windowOwn;
        compute.CopyRows(pool, 0, seen, 0, _windowSink * perFrame);
        compute.CopyRows(pool, (before - _windowRecent) * perFrame, seen, _windowSink * perFrame, held * perFrame);
        compute.CopyRows(stored, _windowOwn * perFrame, seen, (_windowSink + held) * perFrame, following * perFrame);
        return Widen(compute, seen);
    }

    private void DisposeWindowTables()
    {
        foreach (RotaryTables? tables in _windowTables.Concat(_windowMemory))
        {
            tables?.Cos.Dispose();
            tables?.Sin.Dispose();
        }
    }
}
