using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Context;

public class ChosenSlotsTests
{
    private const int PerFrame = 4;

    /// <summary>Whatever goes, stays and is chosen, wherever it is put: rows move as in a plain list, layer by layer.</summary>
    [Fact]
    public void Rows_move_as_in_a_plain_list()
    {
        Gen<(int Seed, int Chunks)> gen = from seed in Gen.Choose(0, 100_000) from chunks in Gen.Choose(2, 7) select (seed, chunks);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            Scripted policy = new(c.Seed);
            using ContextFixture f = new(policy);
            List<(long Frame, int Cell)>[] model = [[], []];
            for (int chunk = 0; chunk < c.Chunks; chunk++)
            {
                f.Cache.BeginChunk(chunk * 3, 3);
                f.Call(chunk * 3, clean: true);
                for (int layer = 0; layer < 2; layer++)
                {
                    model[layer] = policy.Apply(model[layer], layer);
                    model[layer].AddRange(Enumerable.Range(0, 3 * PerFrame).Select(i => ((long)((chunk * 3) + (i / PerFrame)), i % PerFrame)));
                    if (model[layer].Count != f.Cache.Frames.Length * PerFrame || !Holds(f, model[layer], layer))
                    {
                        return false;
                    }
                }
                f.Cache.Commit();
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Wishes_that_cannot_be_are_refused()
    {
        Refused(new TokenChoice(4, 1, 2), keep: true, "1 slots of chosen tokens after 4 of 3 frames");
        Refused(new TokenChoice(0, 9, 2), keep: true, "it announced 4 slots at most");
        Refused(new TokenChoice(0, 1, 2), keep: true, "chose the token 99 of 12");

        static void Refused(TokenChoice choice, bool keep, string message)
        {
            using ContextFixture f = new(new Fixed(choice, keep));
            f.Run(1);
            Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => f.Run(1, 1)).Message);
        }
    }

    private static bool Holds(ContextFixture f, List<(long Frame, int Cell)> expected, int layer)
    {
        int chosen = 0;
        for (int row = 0; row < expected.Count; row++)
        {
            (long frame, int cell) = expected[row];
            ReadOnlySpan<float> key = ContextFixture.Frame(layer, frame, 'k').AsSpan(cell * ContextFixture.Width, ContextFixture.Width);
            ReadOnlySpan<float> value = ContextFixture.Frame(layer, frame, 'v').AsSpan(cell * ContextFixture.Width, ContextFixture.Width);
            if (!f.Cache.Keys(layer).Span.Slice(row * ContextFixture.Width, ContextFixture.Width).SequenceEqual(key) ||
                !f.Cache.Values(layer).Span.Slice(row * ContextFixture.Width, ContextFixture.Width).SequenceEqual(value))
            {
                return false;
            }
            if (f.Cache.Frames[row / PerFrame].Role == FrameRole.Chosen)
            {
                if (f.Cache.ChosenOrigins(layer, 0)[chosen] != frame || f.Cache.ChosenCells(layer, 0)[chosen] != cell)
                {
                    return false;
                }
                chosen++;
            }
        }
        return true;
    }

    /// <summary>Drops, keeps and chooses at random, the same for the cache and for the list.</summary>
    private sealed class Scripted(int seed) : IContextPolicy
    {
        private readonly Random _random = new(seed);
        private bool[] _keep = [];
        private TokenChoice? _choice;
        private int[][] _rows = [];

        public int Capacity => 16;

        public int ChosenSlots => 4;

        public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
        {
            bool chooses = held.Length > 0 && _random.Next(3) > 0;
            int whole = 0;
            for (int i = 0; i < held.Length; i++)
            {
                keep[i] = whole < 8 && _random.Next(3) > 0 && (held[i].Role == FrameRole.Frame || !chooses);
                whole += keep[i] ? 1 : 0;
            }
            int slots = _random.Next(1, 5);
            _choice = chooses ? new TokenChoice(_random.Next(whole + 1), slots, 0) : null;
            _keep = keep.ToArray();
            int rows = held.Length * PerFrame;
            _rows = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, chooses ? slots * PerFrame : 0).Select(_ => _random.Next(rows)).ToArray())];
        }

        public TokenChoice? ChooseSlots(ReadOnlySpan<CachedFrame> held, int incoming) => _choice;

        public void ChooseTokens(in CacheCall call, int layer, int sample, Tensor queries, KeyValueCache cache, Span<int> rows) =>
            _rows[layer].CopyTo(rows);

        public List<(long Frame, int Cell)> Apply(List<(long Frame, int Cell)> held, int layer)
        {
            List<List<(long, int)>> frames = [];
            for (int i = 0; i < _keep.Length; i++)
            {
                if (_keep[i])
                {
                    frames.Add(held[(i * PerFrame)..((i + 1) * PerFrame)]);
                }
            }
            if (_choice is TokenChoice choice)
            {
                frames.Insert(choice.At, [.. _rows[layer].Select(r => held[r])]);
            }
            return [.. frames.SelectMany(x => x)];
        }
    }

    private sealed class Fixed(TokenChoice choice, bool keepAll) : IContextPolicy
    {
        public int Capacity => 12;

        public int ChosenSlots => 4;

        public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep) => keep.Fill(keepAll);

        public TokenChoice? ChooseSlots(ReadOnlySpan<CachedFrame> held, int incoming) => held.Length == 0 ? null : choice;

        public void ChooseTokens(in CacheCall call, int layer, int sample, Tensor queries, KeyValueCache cache, Span<int> rows) => rows.Fill(99);
    }
}
