using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Positions;
using LongTake.Generation.Views;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Generation.Tests.Cache;

/// <summary>A cache of two layers on its own, whose keys and values say which frame they belong to.</summary>
internal sealed class CacheFixture : IDisposable
{
    private readonly CpuBackend _backend = new(1);
    private readonly RotaryEmbedding _rotary = new(Layout.HeadDim);
    private readonly List<Tensor> _made = [];

    public CacheFixture(
        IContextPolicy context, IFrequencyPolicy? frequencies = null, IPositionPolicy? positions = null, CacheLayout? layout = null, DType type = DType.F32,
        IViewPolicy? view = null)
    {
        Context = context;
        Compute = new Compute(_backend);
        Cache = new KeyValueCache(
            Compute, layout ?? Layout, _rotary, context, positions ?? new AbsolutePositions(), frequencies ?? new StandardFrequencies(), type, view);
    }

    public static CacheLayout Layout { get; } = new(Layers: 2, Heads: 2, HeadDim: 8, Batch: 1, Rows: 1, Columns: 2);

    public IContextPolicy Context { get; }

    public Compute Compute { get; }

    public KeyValueCache Cache { get; }

    public RotaryEmbedding Rotary => _rotary;

    public KeyValueCache Make(DType type, int headDim = 8) => new(
        Compute, Layout, new RotaryEmbedding(headDim), Context, new AbsolutePositions(), new StandardFrequencies(), type);

    public void Fill(int chunks, int frames)
    {
        for (int i = 0; i < chunks; i++)
        {
            Cache.BeginChunk(i * frames, frames);
            _made.Add(Attend(Compute, Cache, i * frames, frames, 1));
            Cache.Commit();
        }
    }

    public void Dispose()
    {
        _made.ForEach(t => t.Dispose());
        Cache.Dispose();
        _rotary.Dispose();
        _backend.Dispose();
    }

    /// <summary>Calls both layers with keys and values that say which frame they belong to.</summary>
    public static Tensor Attend(Compute compute, KeyValueCache cache, int firstFrame, int frames, float mark)
    {
        CacheLayout layout = cache.Layout;
        Tensor k = Tensor.Empty([layout.Batch, frames * layout.TokensPerFrame, layout.Heads, layout.HeadDim]);
        int perFrame = layout.TokensPerFrame * layout.Heads * layout.HeadDim;
        for (int i = 0; i < k.Count; i++)
        {
            k.Span[i] = mark * (firstFrame + (i / perFrame % frames));
        }
        cache.Attend(compute, 0, k, k, k).Dispose();
        return cache.Attend(compute, 1, k, k, k);
    }
}
