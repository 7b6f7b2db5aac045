using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Positions;
using LongTake.Generation.Views;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Cache;

public class KeyValueCacheTests
{
    private static readonly CacheLayout s_layout = CacheFixture.Layout;

    /// <summary>Any window, sink, chunk length and number of chunks: the slots hold what a plain list would.</summary>
    [Fact]
    public void Slots_hold_the_sink_and_the_newest_frames()
    {
        Gen<(int Sink, int Chunk, int Extra, int Chunks, int Batch)> gen =
            from sink in Gen.Choose(0, 5)
            from chunk in Gen.Choose(1, 4)
            from extra in Gen.Choose(0, 7)
            from chunks in Gen.Choose(1, 12)
            from batch in Gen.Choose(1, 2)
            select (sink, chunk, extra, chunks, batch);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            int window = c.Sink + c.Chunk + c.Extra;
            using CpuBackend backend = new(1);
            Compute compute = new(backend);
            using RotaryEmbedding rotary = new(s_layout.HeadDim);
            using KeyValueCache cache = new(
                compute, s_layout with { Batch = c.Batch }, rotary, new SlidingWindowContext(window, c.Sink), new AbsolutePositions(), new StandardFrequencies());
            List<long> expected = [];
            for (int i = 0; i < c.Chunks; i++)
            {
                while (expected.Count + c.Chunk > window)
                {
                    expected.RemoveAt(c.Sink);
                }
                expected.AddRange(Enumerable.Range(i * c.Chunk, c.Chunk).Select(f => (long)f));
                cache.BeginChunk(i * c.Chunk, c.Chunk);

                // Noisy calls first, each of which overwrites the one before, then the clean one.
                CacheFixture.Attend(compute, cache, i * c.Chunk, c.Chunk, mark: -1);
                cache.BeginChunk(i * c.Chunk, c.Chunk);
                CacheFixture.Attend(compute, cache, i * c.Chunk, c.Chunk, mark: 1);
                cache.Commit();
                if (!cache.Frames.ToArray().Select(f => f.Index).SequenceEqual(expected) || !Holds(cache, expected, c.Batch))
                {
                    return false;
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Retained_frames_close_up_in_order()
    {
        Prop.ForAll(Gen.Choose(0, 255).ToArbitrary(), mask =>
        {
            using CacheFixture f = new(new FullContext(8));
            f.Fill(2, 4);
            bool[] keep = [.. Enumerable.Range(0, 8).Select(i => (mask >> i & 1) != 0)];
            f.Cache.Retain(keep);
            List<long> expected = [.. Enumerable.Range(0, 8).Where(i => keep[i]).Select(i => (long)i)];
            return f.Cache.Frames.ToArray().Select(x => x.Index).SequenceEqual(expected) && Holds(f.Cache, expected, 1);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Guarded_slots_survive_a_rewrite_and_the_others_are_renumbered()
    {
        using CacheFixture f = new(new SlidingWindowContext(6, 2));
        f.Fill(4, 2);
        Assert.Equal([0L, 1, 4, 5, 6, 7], Indices(f.Cache));
        f.Cache.BeginRewrite(6, guarded: 2);
        CacheFixture.Attend(f.Compute, f.Cache, 2, 6, mark: 10);
        Assert.Equal([0L, 1, 4, 5, 6, 7], Indices(f.Cache));
        Assert.Equal([0f, 1, 40, 50, 60, 70], Marks(f.Cache));
        f.Cache.BeginRewrite(6);
        CacheFixture.Attend(f.Compute, f.Cache, 2, 6, mark: 1);
        Assert.Equal([2L, 3, 4, 5, 6, 7], Indices(f.Cache));
        Assert.Equal([2f, 3, 4, 5, 6, 7], Marks(f.Cache));
    }

    [Fact]
    public void Reading_a_selection_is_reading_a_cache_that_holds_no_more()
    {
        CommitCounter counter = new(8);
        using CacheFixture selecting = new(counter, view: new SelectedFrames([0, 3, 6, 7]));
        using CacheFixture retaining = new(new FullContext(8));
        foreach (CacheFixture f in (CacheFixture[])[selecting, retaining])
        {
            f.Fill(3, 2);
        }
        retaining.Cache.Retain([true, false, false, true, false, false]);
        using TensorScope scope = TensorScope.Open();
        Tensor[] results = [.. ((CacheFixture[])[selecting, retaining]).Select(f =>
        {
            f.Cache.BeginChunk(6, 2);
            return CacheFixture.Attend(f.Compute, f.Cache, 6, 2, mark: 1);
        })];
        Assert.Equal(results[1].Span.ToArray(), results[0].Span.ToArray());
        Assert.Equal(4, counter.Commits + 1);
    }

    [Fact]
    public void Recorded_calls_give_the_same_numbers_and_gradients_to_the_chunk_itself()
    {
        using CacheFixture f = new(new SlidingWindowContext(6, 2));
        f.Fill(3, 2);
        using TensorScope scope = TensorScope.Open();
        f.Cache.BeginChunk(6, 2);
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(i => Random(4, (ulong)i))];
        float[] plain = f.Cache.Attend(f.Compute, 1, inputs[0], inputs[1], inputs[2]).Span.ToArray();
        Tensor weights = Random(4, 9);
        using (Tape tape = f.Compute.Record())
        {
            foreach (Tensor t in inputs)
            {
                t.RequiresGrad = true;
            }
            Tensor y = f.Cache.Attend(f.Compute, 1, inputs[0], inputs[1], inputs[2]);
            Assert.Equal(plain, y.Span.ToArray());
            tape.Backward(y, weights);
        }
        for (int i = 0; i < inputs.Length; i++)
        {
            // Central differences of sum(weights * y) along one direction.
            Tensor direction = Random(4, (ulong)(20 + i));
            double expected = (Along(f, inputs, weights, i, direction, 1e-2f) - Along(f, inputs, weights, i, direction, -1e-2f)) / 2e-2;
            double actual = 0;
            for (int j = 0; j < direction.Count; j++)
            {
                actual += (double)inputs[i].Grad!.Span[j] * direction.Span[j];
            }
            Assert.Equal(expected, actual, 2e-3 * Math.Max(1, Math.Abs(expected)));
            inputs[i].Grad!.Dispose();
        }
    }

    [Fact]
    public void Angles_may_differ_from_head_to_head()
    {
        using CacheFixture plain = new(new FullContext(4));
        using CacheFixture same = new(new FullContext(4), new PerHead(_ => 1.0));
        using CacheFixture other = new(new FullContext(4), new PerHead(h => 1.0 + h));
        using TensorScope scope = TensorScope.Open();
        float[][] results = [.. ((CacheFixture[])[plain, same, other]).Select(f =>
        {
            f.Fill(1, 2);
            f.Cache.BeginChunk(2, 2);
            return f.Cache.Attend(f.Compute, 0, Random(4, 1), Random(4, 2), Random(4, 3)).Span.ToArray();
        })];
        Assert.Equal(results[0], results[1]);
        Assert.NotEqual(results[0], results[2]);

        // Head 0 keeps its angles.
        Assert.Equal(results[0][..8], results[2][..8]);
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        using CacheFixture f = new(new SlidingWindowContext(4));
        using TensorScope scope = TensorScope.Open();
        Tensor q = Random(4, 1);
        Assert.Contains("no chunk in work", Assert.Throws<InvalidOperationException>(() => f.Cache.Attend(f.Compute, 0, q, q, q)).Message);
        f.Cache.BeginChunk(0, 3);
        Assert.Contains("[1, 6, 2, 8]", Assert.Throws<ArgumentException>(() => f.Cache.Attend(f.Compute, 0, q, q, q)).Message);
        Assert.Contains("does not follow", Assert.Throws<ArgumentException>(() => f.Cache.BeginChunk(4, 1)).Message);
        Assert.Contains("at most can be computed anew", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.BeginRewrite(4)).Message);
        Assert.Contains("3 frames are held", Assert.Throws<ArgumentException>(() => f.Cache.Retain([true])).Message);
        Assert.Contains("F32 or BF16", Assert.Throws<ArgumentException>(() => f.Make(DType.F16)).Message);
        Assert.Contains("heads of 4 channels", Assert.Throws<ArgumentException>(() => f.Make(DType.F32, headDim: 4)).Message);
        Assert.Contains("holds nothing", Assert.Throws<ArgumentException>(() => new SlidingWindowContext(0)).Message);
        Assert.Contains("leaves no room", Assert.Throws<ArgumentException>(() => new SlidingWindowContext(3, 3)).Message);
        Assert.Contains("no context to keep", Assert.Throws<ArgumentException>(() => new FullContext(0)).Message);
    }

    private static double Along(CacheFixture f, Tensor[] inputs, Tensor weights, int which, Tensor direction, float distance)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor[] moved = [.. inputs.Select(t => t.Clone())];
        for (int j = 0; j < direction.Count; j++)
        {
            moved[which].Span[j] += distance * direction.Span[j];
        }
        Tensor y = f.Cache.Attend(f.Compute, 1, moved[0], moved[1], moved[2]);
        double sum = 0;
        for (int j = 0; j < y.Count; j++)
        {
            sum += (double)y.Span[j] * weights.Span[j];
        }
        return sum;
    }

    private static Tensor Random(int tokens, ulong stream)
    {
        Tensor t = Tensor.Empty([1, tokens, s_layout.Heads, s_layout.HeadDim]);
        new CounterRandom(3, stream).FillNormal(t.Span);
        return t;
    }

    private static bool Holds(KeyValueCache cache, List<long> expected, int batch)
    {
        CacheLayout layout = cache.Layout;
        int perFrame = layout.TokensPerFrame * layout.Heads * layout.HeadDim;
        for (int b = 0; b < batch; b++)
        {
            for (int i = 0; i < expected.Count * perFrame; i++)
            {
                int at = (b * cache.Capacity * perFrame) + i;
                for (int layer = 0; layer < 2; layer++)
                {
                    if (cache.Keys(layer).Span[at] != expected[i / perFrame] || cache.Values(layer).Span[at] != expected[i / perFrame])
                    {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static long[] Indices(KeyValueCache cache) => [.. cache.Frames.ToArray().Select(f => f.Index)];

    private static float[] Marks(KeyValueCache cache)
    {
        int perFrame = cache.Layout.TokensPerFrame * cache.Layout.Heads * cache.Layout.HeadDim;
        return [.. Enumerable.Range(0, cache.Frames.Length).Select(i => cache.Keys(1).Span[i * perFrame])];
    }

    private sealed class CommitCounter(int capacity) : IContextPolicy
    {
        private readonly FullContext _full = new(capacity);

        public int Commits { get; private set; }

        public int Capacity => _full.Capacity;

        public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep) => _full.MakeRoom(held, incoming, keep);

        public void OnCommit(KeyValueCache cache) => Commits++;
    }

    private sealed class SelectedFrames(int[] frames) : IViewPolicy
    {
        public bool SelectTokens(in CacheCall call, int layer, Tensor queries, KeyValueCache cache, List<int> tokens)
        {
            int perFrame = cache.Layout.TokensPerFrame;
            for (int i = 0; i < call.Held.Length; i++)
            {
                if (frames.Contains((int)call.Held[i].Index))
                {
                    tokens.AddRange(Enumerable.Range(i * perFrame, perFrame));
                }
            }
            return true;
        }
    }

    private sealed class PerHead(Func<int, double> factor) : IFrequencyPolicy
    {
        public int TableCount(int heads) => heads;

        public void Angles(in CacheCall call, int table, double position, ReadOnlySpan<double> standard, Span<double> angles)
        {
            for (int i = 0; i < angles.Length; i++)
            {
                angles[i] = position * standard[i] * factor(table);
            }
        }
    }
}
