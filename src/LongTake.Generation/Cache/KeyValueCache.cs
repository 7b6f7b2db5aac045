using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Positions;
using LongTake.Generation.Views;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

/// <summary>
/// Keys and values of past latent frames, and the self-attention that reads them. One pool of slots a layer, made once; frames lie in it in
/// order, newest last. Keys are stored before rotation and rotated when read, since policies move positions. Every call of a
/// chunk overwrites the chunk's own slots; the last one (on clean latents) leaves what later chunks see. Slots may also hold what a policy
/// made of several frames (<see cref="FrameRole"/>): averages, or tokens chosen layer by layer.
/// <code>
/// cache.BeginChunk(firstFrame, frames);      // evicts, places
/// transformer.Forward(..., cache);           // any number of times
/// cache.Commit();
/// </code>
/// Source: autoregressive-streaming.md 5, kv-cache-strategies.md 4.
/// </summary>
public sealed partial class KeyValueCache : ISelfAttention, IDisposable
{
    private readonly Compute _compute;
    private readonly IContextPolicy _context;
    private readonly IPositionPolicy _positions;
    private readonly IViewPolicy _view;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly CachedFrame[] _frames;
    private readonly CachedFrame[] _queries;
    private readonly bool[] _keep;
    private readonly int[] _slots;
    private int _count;
    private long _next;
    private bool _started;
    private int _queryCount;
    private int _guarded;
    private bool _sceneCut;
    private bool _isRewrite;

    /// <summary>Makes an empty cache and takes its memory.</summary>
    /// <param name="compute">Moves what is held when frames are dropped.</param>
    /// <param name="layout">Sizes.</param>
    /// <param name="rotary">The model's rotary embedding.</param>
    /// <param name="context">What is kept.</param>
    /// <param name="positions">Where it stands in time.</param>
    /// <param name="frequencies">How positions become angles.</param>
    /// <param name="type">Storage: F32, or BF16 for half the memory.</param>
    /// <param name="view">What of it is attended to; null for everything.</param>
    /// <exception cref="ArgumentException">Sizes, type or policies do not fit together.</exception>
    public KeyValueCache(
        Compute compute,
        CacheLayout layout,
        RotaryEmbedding rotary,
        IContextPolicy context,
        IPositionPolicy positions,
        IFrequencyPolicy frequencies,
        DType type = DType.F32,
        IViewPolicy? view = null)
    {
        if (type is not (DType.F32 or DType.BF16))
        {
            throw new ArgumentException($"Keys and values are cached as F32 or BF16, not {type}.", nameof(type));
        }
        if (rotary.HeadDim != layout.HeadDim)
        {
            throw new ArgumentException(
                $"The rotary embedding is for heads of {rotary.HeadDim} channels; the cache's have {layout.HeadDim}.", nameof(rotary));
        }
        ContextRules.Check(context, positions, type);
        Layout = layout;
        Type = type;
        _compute = compute;
        _rotary = rotary;
        _context = context;
        _positions = positions;
        _frequencies = frequencies;
        _view = view ?? new AllView();
        _frames = new CachedFrame[context.Capacity];
        _queries = new CachedFrame[context.Capacity];
        _keep = new bool[context.Capacity];
        _slots = new int[context.Capacity];
        _before = new CachedFrame[context.Capacity];
        _sources = new int[context.Capacity];
        _pending = new bool[layout.Layers];
        _chosen = context.ChosenSlots > 0 ? new ChosenTokens(layout, context.ChosenSlots) : null;
        _rows = new int[context.ChosenSlots * layout.TokensPerFrame];
        _keyPositions = new double[context.Capacity];
        _queryPositions = new double[context.Capacity];
        _keyViews = new RotaryTables?[context.Capacity + 1];
        _queryViews = new RotaryTables?[context.Capacity + 1];
        _attended = new int[layout.Layers];
        _samples = new Tensor[layout.Batch];
        ArchiveCapacity = context.ArchivedFrames;
        _archivedKeys = MakeArchive();
        _archivedValues = MakeArchive();
        _keys = new Tensor[layout.Layers];
        _values = new Tensor[layout.Layers];
        Shape shape = [layout.Batch, context.Capacity * layout.TokensPerFrame, layout.Heads, layout.HeadDim];
        for (int i = 0; i < layout.Layers; i++)
        {
            _keys[i] = TensorScope.Detach(Tensor.Zeros(shape, type));
            _values[i] = TensorScope.Detach(Tensor.Zeros(shape, type));
        }
    }

    /// <summary>Sizes.</summary>
    public CacheLayout Layout { get; }

    /// <summary>How keys and values are stored.</summary>
    public DType Type { get; }

    /// <summary>Latent frames there is room for.</summary>
    public int Capacity => _frames.Length;

    /// <summary>Bytes of the pools and the archive.</summary>
    public long Bytes => Layout.Bytes(Capacity + ArchiveCapacity, Type);

    /// <summary>What is kept and seen.</summary>
    public IContextPolicy Context => _context;

    /// <summary>What operations of policies run on.</summary>
    public Compute Compute => _compute;

    /// <summary>
    /// Gives the keys [B, text_len, H, D] of a layer's cross-attention to the prompt that holds, for policies that judge by the prompt
    /// (<see cref="IContextPolicy.NeedsText"/>). Valid during a network call.
    /// </summary>
    public Func<int, Tensor>? TextKeys { get; set; }

    /// <summary>
    /// Gives the text tokens [n, d] of the prompt that holds for a sample, as the network's text MLP made them, without padding; for policies that
    /// judge by the prompt when it changes. Valid until the prompt changes.
    /// </summary>
    public Func<int, Tensor>? TextTokens { get; set; }

    /// <summary>
    /// Samples in the cache for one video: 2 with classifier-free guidance, where sample b + B/2 is sample b under the negative prompt. Default 1.
    /// </summary>
    public int Copies { get; init; } = 1;

    /// <summary>Frames held, in the order of their slots.</summary>
    public ReadOnlySpan<CachedFrame> Frames => _frames.AsSpan(0, _count);

    /// <summary>A layer's pool of keys before rotation [B, capacity x P, H, D]; the first Frames.Length x P rows are in use.</summary>
    public Tensor Keys(int layer) => _keys[layer];

    /// <summary>A layer's pool of values, laid out like its keys.</summary>
    public Tensor Values(int layer) => _values[layer];

    /// <summary>Makes room for a chunk; the calls that follow compute it. Beginning the newest chunk again computes it anew.</summary>
    /// <param name="firstFrame">Place of its first latent frame in the video.</param>
    /// <param name="frames">Its latent frames.</param>
    /// <param name="sceneCut">Whether it starts a scene that shall not continue the one before.</param>
    /// <exception cref="ArgumentException">The chunk does not follow what the cache holds.</exception>
    /// <exception cref="InvalidOperationException">The context policy has no room for it.</exception>
    public void BeginChunk(long firstFrame, int frames, bool sceneCut = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        bool again = _started && _count >= frames && _next == firstFrame + frames && _frames[_count - frames].Index == firstFrame;
        if (!again)
        {
            if (_started && _next != firstFrame)
            {
                throw new ArgumentException(
                    $"The cache ends before latent frame {_next}; a chunk that starts at {firstFrame} does not follow.",
                    nameof(firstFrame));
            }
            if (_context.NeedsText && TextKeys is null)
            {
                throw new InvalidOperationException(
                    "What is kept depends on the prompt, but the cache is not told of one; set TextKeys, or use a method that does not look at the prompt.");
            }
            RequireComplete();
            MakeRoom(frames);
            CheckRoom(_count, frames);
            for (int i = 0; i < frames; i++)
            {
                _frames[_count++] = new CachedFrame(firstFrame + i);
            }
            _next = firstFrame + frames;
            _started = true;
        }
        _sceneCut = sceneCut;
        _isRewrite = false;
        for (int i = 0; i < frames; i++)
        {
            _slots[i] = _count - frames + i;
        }
        BeginCalls(firstFrame, frames, 0);
    }

    /// <summary>Ends a chunk or a rewrite: the keys and values are those of the clean latents now.</summary>
    /// <exception cref="InvalidOperationException">The network has not been called since the chunk began, and its policy needed that.</exception>
    public void Commit()
    {
        RequireComplete();
        if (!_isRewrite)
        {
            _context.OnCommit(this);
        }
        _queryCount = 0;
    }

    /// <summary>Forgets everything, for another video.</summary>
    public void Clear()
    {
        _count = 0;
        _queryCount = 0;
        _pendingCount = 0;
        _archived = 0;
        _started = false;
        Array.Clear(_pending);
        FindChosen();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i].Dispose();
            _values[i].Dispose();
        }
        foreach (Tensor archived in _archivedKeys.Concat(_archivedValues))
        {
            archived.Dispose();
        }
        DisposeTables();
    }

    private void BeginCalls(long firstFrame, int frames, int guarded)
    {
        _queryCount = frames;
        _guarded = guarded;
        _windowOwn = 0;
        for (int i = 0; i < frames; i++)
        {
            _queries[i] = new CachedFrame(firstFrame + i);
        }
        FillTables();
    }

    private CacheCall Call() => new() { Held = Frames, Queries = _queries.AsSpan(0, _queryCount), SceneCut = _sceneCut };
}
