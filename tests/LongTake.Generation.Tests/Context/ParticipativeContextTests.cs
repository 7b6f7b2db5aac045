using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Context;

public class ParticipativeContextTests
{
    private const int Sink = 2;
    private const int Recent = 4;
    private const int PerFrame = 4;

    /// <summary>Sink 2, tokens worth 2 frames, recent 4; compressed when a chunk makes the cache larger than 12.</summary>
    private static ParticipativeContext Policy => new(Sink, budget: 8, Recent, trigger: 12, ContextFixture.Chunk);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Tokens_are_those_of_a_plain_double_sum_over_queries_and_candidates(int batch)
    {
        using ContextFixture f = new(Policy, batch);
        f.Run(4);
        Assert.Equal("ffffffffffff", f.Roles);
        for (int chunk = 4; chunk < 9; chunk++)
        {
            // What each layer and sample holds: tokens with their frame, cell, key and value.
            bool compresses = f.Cache.Frames.Length + ContextFixture.Chunk > 12;
            List<Token>[,] before = Held(f);
            f.Cache.BeginChunk(chunk * 3, 3);
            f.Call(chunk * 3, clean: false);
            for (int layer = 0; layer < 2; layer++)
            {
                for (int b = 0; b < batch; b++)
                {
                    List<Token> expected = compresses ? Compress(before[layer, b], layer, b, chunk * 3) : before[layer, b];
                    List<Token> actual = Held(f)[layer, b];
                    Assert.Equal(expected.Count, actual.Count - (3 * PerFrame));
                    for (int i = 0; i < expected.Count; i++)
                    {
                        Assert.Equal((expected[i].Frame, expected[i].Cell), (actual[i].Frame, actual[i].Cell));
                        Assert.Equal(expected[i].Key, actual[i].Key);
                        Assert.Equal(expected[i].Value, actual[i].Value);
                    }

                    // Order in time: sink, chosen, recent.
                    Assert.Equal(actual.OrderBy(t => t.Frame).Select(t => t.Frame), actual.Select(t => t.Frame));
                }
            }
            if (compresses)
            {
                Assert.Equal("ffccffff", f.Roles);
                Assert.Equal([0L, 1], f.Indices[..2]);
            }
            f.Call(chunk * 3, clean: true);
            f.Cache.Commit();
        }
        Assert.NotEqual(f.Cache.ChosenOrigins(0, 0).ToArray(), f.Cache.ChosenOrigins(1, 0).ToArray());
    }

    [Fact]
    public void Attention_rotates_every_token_by_its_slot_and_its_own_row_and_column()
    {
        using ContextFixture f = new(Policy);
        f.Run(4);
        f.Cache.BeginChunk(12, 3);
        float[] actual = f.Call(12, clean: false);
        List<Token> held = Held(f)[1, 0];
        using TensorScope scope = TensorScope.Open();
        Tensor keys = Tensor.Empty([1, held.Count, 2, 8]);
        Tensor values = Tensor.Empty(keys.Shape);
        Tensor queries = Tensor.Empty([1, 3 * PerFrame, 2, 8]);
        for (int i = 0; i < held.Count; i++)
        {
            Rotate(f, held[i].Key, i / PerFrame, held[i].Cell).CopyTo(keys.Span[(i * ContextFixture.Width)..]);
            held[i].Value.CopyTo(values.Span[(i * ContextFixture.Width)..]);
        }
        for (int i = 0; i < 3 * PerFrame; i++)
        {
            float[] q = ContextFixture.Frame(1, 12 + (i / PerFrame), 'q', clean: false);
            Rotate(f, q.AsSpan(i % PerFrame * ContextFixture.Width, ContextFixture.Width).ToArray(), 5 + (i / PerFrame), i % PerFrame)
                .CopyTo(queries.Span[(i * ContextFixture.Width)..]);
        }
        float[] expected = f.Compute.Attention(queries, keys, values).Span.ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-5f);
        }
    }

    /// <summary>The mechanism with nothing to leave out: every chunk of a long run rebuilds the middle from all of its tokens.</summary>
    [Fact]
    public void With_room_for_all_candidates_nothing_changes()
    {
        using ContextFixture full = new(new FullContext(30));
        using ContextFixture f = new(new ParticipativeContext(Sink, budget: 30, Recent, trigger: 6, ContextFixture.Chunk));
        full.Run(4);
        f.Run(4);
        for (int chunk = 4; chunk < 10; chunk++)
        {
            full.Cache.BeginChunk(chunk * 3, 3);
            f.Cache.BeginChunk(chunk * 3, 3);
            Assert.Equal(full.Call(chunk * 3, clean: true), f.Call(chunk * 3, clean: true));
            full.Cache.Commit();
            f.Cache.Commit();
            Assert.Equal(full.Cache.Frames.Length, f.Cache.Frames.Length);
            Assert.Equal(full.Slot(full.Cache.Keys(1), 3), f.Slot(f.Cache.Keys(1), 3));
        }
        Assert.Equal(24, f.Roles.Count(r => r == 'c'));
    }

    [Fact]
    public void Sink_and_recent_frames_keep_their_bytes()
    {
        using ContextFixture f = new(Policy);
        f.Run(12);
        int[] whole = [.. Enumerable.Range(0, f.Roles.Length).Where(i => f.Roles[i] == 'f')];
        Assert.True(whole.Length >= 6);
        foreach (int slot in whole)
        {
            Assert.Equal(ContextFixture.Frame(0, f.Indices[slot], 'k'), f.Slot(f.Cache.Keys(0), slot));
            Assert.Equal(ContextFixture.Frame(1, f.Indices[slot], 'v'), f.Slot(f.Cache.Values(1), slot));
        }
    }

    [Fact]
    public void Beginning_a_chunk_again_does_not_compress_again()
    {
        using ContextFixture once = new(Policy);
        using ContextFixture often = new(Policy);
        once.Run(4);
        often.Run(4);
        once.Cache.BeginChunk(12, 3);
        once.Call(12, clean: false);
        for (int i = 0; i < 4; i++)
        {
            often.Cache.BeginChunk(12, 3);
            often.Call(12, clean: false);
        }
        Assert.Equal(once.Cache.ChosenOrigins(0, 0).ToArray(), often.Cache.ChosenOrigins(0, 0).ToArray());
        Assert.Equal(once.Cache.ChosenCells(1, 0).ToArray(), often.Cache.ChosenCells(1, 0).ToArray());
        Assert.Equal(once.Cache.Frames.ToArray(), often.Cache.Frames.ToArray());
        Assert.Equal(once.Cache.Keys(1).Span[..(8 * ContextFixture.FrameSize)].ToArray(), often.Cache.Keys(1).Span[..(8 * ContextFixture.FrameSize)].ToArray());
    }

    [Fact]
    public void Tokens_that_are_let_go_are_not_attended_to()
    {
        using ContextFixture clean = new(Policy);
        using ContextFixture poisoned = new(Policy);
        clean.Run(4);
        poisoned.Run(4);
        clean.Cache.BeginChunk(12, 3);
        float[] expected = clean.Call(12, clean: true);
        for (int layer = 0; layer < 2; layer++)
        {
            HashSet<(long, int)> kept = [.. Held(clean)[layer, 0].Select(t => (t.Frame, t.Cell))];
            for (int row = 0; row < 12 * PerFrame; row++)
            {
                if (!kept.Contains((row / PerFrame, row % PerFrame)))
                {
                    poisoned.Cache.Keys(layer).Span.Slice(row * ContextFixture.Width, ContextFixture.Width).Fill(float.NaN);
                    poisoned.Cache.Values(layer).Span.Slice(row * ContextFixture.Width, ContextFixture.Width).Fill(float.NaN);
                }
            }
        }
        poisoned.Cache.BeginChunk(12, 3);
        Assert.Equal(expected, poisoned.Call(12, clean: true));
    }

    [Fact]
    public void A_chunk_that_was_not_computed_is_not_committed()
    {
        using ContextFixture f = new(Policy);
        f.Run(4);
        f.Cache.BeginChunk(12, 3);
        Assert.Contains("2 layers have not been called", Assert.Throws<InvalidOperationException>(f.Cache.Commit).Message);
        f.Call(12, clean: true);
        f.Cache.Commit();
    }

    [Fact]
    public void The_largest_scores_win_and_of_equal_ones_the_oldest()
    {
        Gen<(float[] Scores, int Count)> gen =
            from scores in Gen.Elements(-1f, 0f, 0.5f, 2f, 3f, float.NaN).ArrayOf().Where(a => a.Length > 0)
            from count in Gen.Choose(1, scores.Length)
            select (scores, count);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            int[] rows = new int[c.Count];
            TopTokens.Choose([.. c.Scores], new float[c.Scores.Length], 100, rows);
            IEnumerable<int> expected = Enumerable.Range(0, c.Scores.Length)
                .OrderByDescending(i => float.IsNaN(c.Scores[i]) ? float.NegativeInfinity : c.Scores[i]).ThenBy(i => i)
                .Take(c.Count).Order().Select(i => 100 + i);
            return rows.SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => new ParticipativeContext(2, 6, 4, 12, 3)).Message);
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => new ParticipativeContext(2, 8, 2, 12, 3)).Message);
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => new ParticipativeContext(2, 8, 4, 5, 3)).Message);
        Assert.Contains("no saved sums", Assert.Throws<ArgumentException>(() => Policy.RestoreState([1, 2, 3])).Message);
    }

    private static List<Token> Compress(List<Token> held, int layer, int sample, int firstFrame)
    {
        // Recent: the last frame before the chunk, by its clean queries, and the chunk, by those of its first call.
        List<Token> sink = held[..(Sink * PerFrame)];
        List<Token> candidates = held[(Sink * PerFrame)..^PerFrame];
        List<Token> recent = held[^PerFrame..];
        List<float[]> queries = [];
        for (int frame = firstFrame - 1; frame < firstFrame + 3; frame++)
        {
            float[] all = ContextFixture.Frame(layer, frame, 'q', clean: frame < firstFrame, sample);
            queries.AddRange(all.Chunk(ContextFixture.Width));
        }
        List<Token> best = [.. candidates.OrderByDescending(t => queries.Sum(q => q.Zip(t.Key, (a, b) => (double)a * b).Sum())).Take(2 * PerFrame)];
        return [.. sink, .. candidates.Where(best.Contains), .. recent];
    }

    private static List<Token>[,] Held(ContextFixture f)
    {
        KeyValueCache cache = f.Cache;
        List<Token>[,] held = new List<Token>[2, cache.Layout.Batch];
        for (int layer = 0; layer < 2; layer++)
        {
            for (int b = 0; b < cache.Layout.Batch; b++)
            {
                List<Token> tokens = [];
                int chosen = 0;
                for (int row = 0; row < cache.Frames.Length * PerFrame; row++)
                {
                    CachedFrame frame = cache.Frames[row / PerFrame];
                    bool isChosen = frame.Role == FrameRole.Chosen;
                    int at = ((b * cache.Capacity * PerFrame) + row) * ContextFixture.Width;
                    tokens.Add(new Token(
                        isChosen ? cache.ChosenOrigins(layer, b)[chosen] : frame.Index,
                        isChosen ? cache.ChosenCells(layer, b)[chosen] : row % PerFrame,
                        cache.Keys(layer).Span.Slice(at, ContextFixture.Width).ToArray(),
                        cache.Values(layer).Span.Slice(at, ContextFixture.Width).ToArray()));
                    chosen += isChosen ? 1 : 0;
                }
                held[layer, b] = tokens;
            }
        }
        return held;
    }

    private static float[] Rotate(ContextFixture f, float[] token, int position, int cell)
    {
        using TensorScope scope = TensorScope.Open();
        RotaryTables tables = f.Inner.Rotary.Create([position], 2, 2);
        Tensor x = Tensor.Zeros([1, PerFrame, 2, 8]);
        token.CopyTo(x.Span[(cell * ContextFixture.Width)..]);
        return f.Compute.Rope(x, tables.Cos, tables.Sin).Span.Slice(cell * ContextFixture.Width, ContextFixture.Width).ToArray();
    }

    private sealed record Token(long Frame, int Cell, float[] Key, float[] Value);
}
