using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Context;

public class TextBankContextTests
{
    private const int Words = 5;

    [Fact]
    public void Frames_are_recorded_every_third_chunk_and_seen_from_the_next_chunk_on()
    {
        using Bank f = new(BankEntry.Recorded);
        for (int chunk = 0; chunk < 11; chunk++)
        {
            f.Inner.Run(1, chunk);
            long[] expected = chunk switch
            {
                0 => [],
                < 4 => [0],
                < 7 => [0, 9],
                < 10 => [0, 9, 18],
                _ => f.Inner.Cache.Frames.Length == 15 ? [] : [-1],
            };
            if (chunk < 10)
            {
                Assert.Equal(expected, f.Banked(0, 0));
                Assert.Equal(expected, f.Banked(1, 0));
            }
            int whole = Math.Min(12, (chunk + 1) * 3);
            Assert.Equal("fff" + new string('c', expected.Length == 0 && chunk > 0 ? 3 : expected.Length) + new string('f', whole - 3), f.Inner.Roles);
        }
        Assert.Equal(27, f.Banked(0, 0)[^1]);
        Assert.Equal([0L, 1, 2], f.Inner.Indices[..3]);
        Assert.Equal(Enumerable.Range(24, 9).Select(i => (long)i), f.Inner.Indices[6..]);
    }

    /// <summary>The mean over heads, words and tokens of all products, worked out one by one, for every layer and sample.</summary>
    [Theory]
    [InlineData(BankEntry.Recorded, 1, BankScore.Product)]
    [InlineData(BankEntry.Recorded, 2, BankScore.Product)]
    [InlineData(BankEntry.Leaving, 2, BankScore.Product)]
    [InlineData(BankEntry.Recorded, 1, BankScore.Softmax)]
    [InlineData(BankEntry.Leaving, 2, BankScore.Softmax)]
    public void A_full_bank_drops_the_frame_that_answers_the_prompt_least(BankEntry entry, int batch, BankScore score)
    {
        using Bank f = new(entry, batch, score);
        f.Inner.Run(15);
        List<long>[,] expected = new List<long>[2, batch];
        for (int chunk = 15; chunk < 30; chunk++)
        {
            for (int layer = 0; layer < 2; layer++)
            {
                for (int b = 0; b < batch; b++)
                {
                    List<long> banked = [.. f.Banked(layer, b)];
                    long next = entry == BankEntry.Recorded ? (chunk - 1) * 3 : (chunk - 3) * 3;
                    if (next / 3 % 3 == 0)
                    {
                        banked.Remove(f.Least(layer, b, banked));
                        banked.Add(next);
                    }
                    expected[layer, b] = banked;
                }
            }
            f.Inner.Run(1, chunk);
            for (int layer = 0; layer < 2; layer++)
            {
                for (int b = 0; b < batch; b++)
                {
                    Assert.Equal(expected[layer, b], f.Banked(layer, b));
                    for (int i = 0; i < 3; i++)
                    {
                        Assert.Equal(ContextFixture.Frame(layer, expected[layer, b][i], 'k', sample: b), f.Inner.Slot(f.Inner.Cache.Keys(layer), 3 + i, b));
                        Assert.Equal(ContextFixture.Frame(layer, expected[layer, b][i], 'v', sample: b), f.Inner.Slot(f.Inner.Cache.Values(layer), 3 + i, b));
                    }
                }
            }
        }
        Assert.NotEqual(f.Banked(0, 0), f.Banked(1, 0));
    }

    [Fact]
    public void Frames_that_enter_when_they_leave_the_window_are_held_once()
    {
        using Bank f = new(BankEntry.Leaving);
        for (int chunk = 0; chunk < 20; chunk++)
        {
            f.Inner.Run(1, chunk);
            long[] whole = [.. f.Inner.Cache.Frames.ToArray().Where(x => x.Role == FrameRole.Frame).Select(x => x.Index)];
            Assert.Empty(whole.Intersect(f.Banked(0, 0)));
            Assert.Equal(chunk < 6 ? 0 : Math.Min(3, (chunk - 3) / 3), f.Banked(1, 0).Length);
        }
    }

    [Fact]
    public void Recomputing_the_context_leaves_sink_and_bank_alone()
    {
        using Bank f = new(BankEntry.Recorded);
        f.Inner.Run(8);
        KeyValueCache cache = f.Inner.Cache;
        float[] before = cache.Keys(0).Span.ToArray();
        List<(int, int)> calls = [];
        new RecacheContext(3).Apply(cache, (frames, guarded) => calls.Add((frames, guarded)));
        Assert.Equal([(12, 3)], calls);
        long[] indices = f.Inner.Indices;
        cache.BeginRewrite(12, guarded: 3);
        f.Inner.Call(12, clean: false, frames: 12);
        cache.Commit();
        Assert.Equal(indices, f.Inner.Indices);
        Assert.Equal(before[..(6 * ContextFixture.FrameSize)], cache.Keys(0).Span[..(6 * ContextFixture.FrameSize)].ToArray());
        for (int slot = 6; slot < 15; slot++)
        {
            Assert.Equal(ContextFixture.Frame(0, 9 + slot, 'k', clean: false), f.Inner.Slot(cache.Keys(0), slot));
        }
        Assert.Contains(
            "holds 12 latent frames; so many at most", Assert.Throws<ArgumentOutOfRangeException>(() => cache.BeginRewrite(13)).Message);
    }

    /// <summary>In a short video the sink is computed anew with the rest, around the bank.</summary>
    [Fact]
    public void Frames_on_both_sides_of_the_bank_are_rewritten()
    {
        using Bank f = new(BankEntry.Recorded);
        f.Inner.Run(3);
        KeyValueCache cache = f.Inner.Cache;
        Assert.Equal("fffcffffff", f.Inner.Roles);
        cache.BeginRewrite(9);
        f.Inner.Call(0, clean: false, frames: 9);
        for (int slot = 0; slot < 10; slot++)
        {
            int frame = slot < 3 ? slot : slot - 1;
            Assert.Equal(ContextFixture.Frame(1, slot == 3 ? 0 : frame, 'v', clean: slot == 3), f.Inner.Slot(cache.Values(1), slot));
        }
    }

    [Fact]
    public void Dropping_slots_keeps_the_rest_of_the_bank_in_order()
    {
        using Bank f = new(BankEntry.Recorded);
        f.Inner.Run(8);
        bool[] keep = new bool[15];
        keep[0] = keep[3] = keep[5] = keep[14] = true;
        f.Inner.Cache.Retain(keep);
        Assert.Equal("fccf", f.Inner.Roles);
        Assert.Equal([0L, 18], f.Banked(1, 0));
        Assert.Equal(ContextFixture.Frame(1, 18, 'k'), f.Inner.Slot(f.Inner.Cache.Keys(1), 2));
        f.Inner.Run(4, 8);
        Assert.Equal([0L, 18, 27], f.Banked(0, 0));
    }

    [Fact]
    public void A_bank_needs_a_prompt_and_sensible_numbers()
    {
        using ContextFixture f = new(new TextBankContext(12, 3, 3, 3, 3));
        Assert.Contains("set TextKeys", Assert.Throws<InvalidOperationException>(() => f.Cache.BeginChunk(0, 3)).Message);
        Assert.Contains("make it at least 6", Assert.Throws<ArgumentException>(() => new TextBankContext(5, 3, 3, 3, 3)).Message);
        Assert.Contains("both are at least 1", Assert.Throws<ArgumentException>(() => new TextBankContext(12, 3, 0, 3, 3)).Message);
        Assert.Contains("both are at least 1", Assert.Throws<ArgumentException>(() => new TextBankContext(12, 3, 3, 0, 3)).Message);
    }

    private sealed class Bank : IDisposable
    {
        private readonly Tensor[] _text = new Tensor[2];

        private readonly BankScore _score;

        public Bank(BankEntry entry, int batch = 1, BankScore score = BankScore.Product)
        {
            _score = score;
            Inner = new ContextFixture(new TextBankContext(12, 3, 3, 3, ContextFixture.Chunk, entry, score), batch, new AbsolutePositions());
            for (int layer = 0; layer < 2; layer++)
            {
                _text[layer] = TensorScope.Detach(Tensor.Empty([batch, Words, 2, 8]));
                new CounterRandom(55, (ulong)layer).FillNormal(_text[layer].Span);
            }
            Inner.Cache.TextKeys = layer => _text[layer];
        }

        public ContextFixture Inner { get; }

        public long[] Banked(int layer, int sample) =>
            [.. Inner.Cache.ChosenOrigins(layer, sample).ToArray().Chunk(ContextFixture.Layout.TokensPerFrame).Select(c => Assert.Single(c.Distinct()))];

        public long Least(int layer, int sample, IReadOnlyList<long> banked)
        {
            if (_score == BankScore.Product)
            {
                return banked.MinBy(frame => Score(layer, sample, frame));
            }
            double[] shares = Shares(layer, sample, banked);
            return banked[Array.IndexOf(shares, shares.Min())];
        }

        /// <summary>The mean over heads and words of the softmax over all tokens of the bank, summed over those of each frame.</summary>
        private double[] Shares(int layer, int sample, IReadOnlyList<long> banked)
        {
            double[] shares = new double[banked.Count];
            int tokens = ContextFixture.Layout.TokensPerFrame;
            float[][] keys = [.. banked.Select(frame => ContextFixture.Frame(layer, frame, 'k', sample: sample))];
            for (int h = 0; h < 2; h++)
            {
                for (int word = 0; word < Words; word++)
                {
                    ReadOnlySpan<float> query = _text[layer].Row(sample).Span.Slice((word * ContextFixture.Width) + (h * 8), 8);
                    double[,] weights = new double[banked.Count, tokens];
                    double sum = 0;
                    for (int i = 0; i < banked.Count; i++)
                    {
                        for (int t = 0; t < tokens; t++)
                        {
                            double product = 0;
                            for (int c = 0; c < 8; c++)
                            {
                                product += query[c] * (double)keys[i][(t * ContextFixture.Width) + (h * 8) + c];
                            }
                            weights[i, t] = Math.Exp(product / Math.Sqrt(8));
                            sum += weights[i, t];
                        }
                    }
                    for (int i = 0; i < banked.Count; i++)
                    {
                        for (int t = 0; t < tokens; t++)
                        {
                            shares[i] += weights[i, t] / sum / (2 * Words);
                        }
                    }
                }
            }
            Assert.Equal(1, shares.Sum(), 1e-9);
            return shares;
        }

        private double Score(int layer, int sample, long frame)
        {
            float[] keys = ContextFixture.Frame(layer, frame, 'k', sample: sample);
            double sum = 0;
            for (int w = 0; w < Words; w++)
            {
                ReadOnlySpan<float> word = _text[layer].Row(sample).Span.Slice(w * ContextFixture.Width, ContextFixture.Width);
                for (int i = 0; i < keys.Length; i++)
                {
                    sum += (double)word[i % ContextFixture.Width] * keys[i];
                }
            }
            return sum / Math.Sqrt(8) / (2 * Words * ContextFixture.Layout.TokensPerFrame);
        }

        public void Dispose()
        {
            Inner.Dispose();
            foreach (Tensor t in _text)
            {
                t.Dispose();
            }
        }
    }
}
