using System.Collections.Concurrent;
using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Tests.Cache;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Context;

/// <summary>
/// A cache of two layers with random queries, keys and values that are a function of layer, frame and call, and what it was called with.
/// </summary>
internal sealed class ContextFixture : IDisposable
{
    public const int Chunk = 3;

    private static readonly ConcurrentDictionary<(int, long, char, bool, int), float[]> s_frames = [];

    private readonly CacheFixture _fixture;

    public ContextFixture(IContextPolicy context, int batch = 1, IPositionPolicy? positions = null, DType type = DType.F32)
    {
        _fixture = new CacheFixture(context, positions: positions ?? new BlockRelativePositions(), layout: Layout with { Batch = batch }, type: type);
    }

    public static CacheLayout Layout { get; } = new(Layers: 2, Heads: 2, HeadDim: 8, Batch: 1, Rows: 2, Columns: 2);

    public static int Width => Layout.Heads * Layout.HeadDim;

    public static int FrameSize => Layout.TokensPerFrame * Width;

    public CacheFixture Inner => _fixture;

    public KeyValueCache Cache => _fixture.Cache;

    public Compute Compute => _fixture.Compute;

    public string Roles => string.Concat(Cache.Frames.ToArray().Select(f => f.Role switch
    {
        FrameRole.Merged => 'm',
        FrameRole.Chosen => 'c',
        _ => 'f',
    }));

    public long[] Indices => [.. Cache.Frames.ToArray().Select(f => f.Index)];

    /// <summary>Runs chunks from the first on: a noisy call, the chunk begun again, a clean call.</summary>
    public void Run(int chunks, int first = 0)
    {
        for (int c = first; c < first + chunks; c++)
        {
            Cache.BeginChunk(c * Chunk, Chunk);
            Call(c * Chunk, clean: false);
            Cache.BeginChunk(c * Chunk, Chunk);
            Call(c * Chunk, clean: true);
            Cache.Commit();
        }
    }

    /// <summary>Calls both layers; results of the second.</summary>
    public float[] Call(long firstFrame, bool clean, int frames = Chunk)
    {
        using TensorScope scope = TensorScope.Open();
        float[] result = [];
        for (int layer = 0; layer < Layout.Layers; layer++)
        {
            Tensor q = Make(layer, firstFrame, frames, 'q', clean);
            Tensor k = Make(layer, firstFrame, frames, 'k', clean);
            Tensor v = Make(layer, firstFrame, frames, 'v', clean);
            result = Cache.Attend(Compute, layer, q, k, v).Span.ToArray();
        }
        return result;
    }

    /// <summary>What one frame is called with, [P x H x D].</summary>
    public static float[] Frame(int layer, long frame, char kind, bool clean = true, int sample = 0) =>
        s_frames.GetOrAdd((layer, frame, kind, clean, sample), _ =>
        {
            float[] values = new float[FrameSize];
            new CounterRandom((ulong)(kind + (1000 * layer) + (clean ? 0 : 100_000)), (ulong)((frame * 16) + sample)).FillNormal(values);
            return values;
        });

    /// <summary>A slot's keys or values.</summary>
    public float[] Slot(Tensor pool, int slot, int sample = 0) =>
        pool.Span.Slice(((sample * Cache.Capacity) + slot) * FrameSize, FrameSize).ToArray();

    public void Dispose() => _fixture.Dispose();

    private Tensor Make(int layer, long firstFrame, int frames, char kind, bool clean)
    {
        Tensor t = Tensor.Empty([Cache.Layout.Batch, frames * Layout.TokensPerFrame, Layout.Heads, Layout.HeadDim]);
        for (int b = 0; b < Cache.Layout.Batch; b++)
        {
            for (int f = 0; f < frames; f++)
            {
                Frame(layer, firstFrame + f, kind, clean, b).CopyTo(t.Span[(((b * frames) + f) * FrameSize)..]);
            }
        }
        return t;
    }
}
