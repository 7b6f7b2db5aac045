using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Positions;
using LongTake.Generation.Tests.Context;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.InfLvg;

/// <summary>The context on its own, with a choice that the test writes down.</summary>
public class InfLvgContextTests
{
    private const int PerFrame = 4;

    /// <summary>Two changes of scene: the same tokens in every layer, candidates of the second are what the first left and the scene since.</summary>
    [Fact]
    public void Chosen_tokens_stay_and_the_rest_goes()
    {
        Scripted choice = new();
        using ContextFixture f = new(new InfLvgContext(1, 2, 2, 9, choice), positions: new AbsolutePositions());
        f.Run(4);
        choice.Next = [35, 3, 8, 9, 10, 11, 0, 20];
        Change(f);
        Assert.Equal((12 - 3) * PerFrame, choice.Seen);
        Assert.Equal(12, f.Cache.Frames.Length);
        f.Run(1, 4);
        Assert.Equal("fccfffff", f.Roles);
        Assert.Equal([0, 9, 9, 10, 11, 12, 13, 14], f.Indices);
        (long Frame, int Cell)[] kept = [(1, 0), (1, 3), (3, 0), (3, 1), (3, 2), (3, 3), (6, 0), (9, 3)];
        for (int layer = 0; layer < 2; layer++)
        {
            Assert.Equal(kept, Held(f, layer));
            for (int i = 0; i < kept.Length; i++)
            {
                Assert.Equal(
                    ContextFixture.Frame(layer, kept[i].Frame, 'k').AsSpan(kept[i].Cell * ContextFixture.Width, ContextFixture.Width).ToArray(),
                    f.Cache.Keys(layer).Span.Slice((PerFrame + i) * ContextFixture.Width, ContextFixture.Width).ToArray());
            }
        }
        f.Run(1, 5);
        choice.Next = [0, 1, 2, 3, 4, 5, 8, 9];
        Change(f);

        // Two slots of chosen tokens, frames 10 and 11, and the scene's own but for the newest two.
        Assert.Equal((2 + 2 + 4) * PerFrame, choice.Seen);
        Assert.Equal(2, choice.Transition);
        f.Run(1, 6);
        Assert.Equal([.. kept[..6], (10, 0), (10, 1)], Held(f, 1));
        Assert.Equal([0, 15, 15, 16, 17, 18, 19, 20], f.Indices);
    }

    [Fact]
    public void A_scene_that_outgrows_its_window_slides_and_leaves_sink_and_chosen_tokens()
    {
        Scripted choice = new() { Next = [0, 1, 2, 3, 4, 5, 6, 7] };
        using ContextFixture f = new(new InfLvgContext(1, 2, 2, 6, choice), positions: new AbsolutePositions());
        f.Run(6);
        Assert.Equal([0, .. Enumerable.Range(8, 10).Select(i => (long)i)], f.Indices);
        Change(f);
        f.Run(4, 6);
        Assert.Equal("fccffffffff", f.Roles);
        Assert.Equal([0, 15, 15, .. Enumerable.Range(22, 8).Select(i => (long)i)], f.Indices);
        Assert.Equal([(8, 0), (8, 1), (8, 2), (8, 3), (9, 0), (9, 1), (9, 2), (9, 3)], Held(f, 0));
    }

    [Fact]
    public void A_choice_is_void_when_what_was_chosen_from_is_gone()
    {
        Scripted choice = new() { Next = [0, 1, 2, 3, 4, 5, 6, 7] };
        using ContextFixture f = new(new InfLvgContext(1, 2, 2, 9, choice), positions: new AbsolutePositions());
        f.Run(4);
        Change(f);
        bool[] keep = new bool[12];
        keep[0] = keep[10] = keep[11] = true;
        f.Cache.Retain(keep);
        f.Run(1, 4);
        Assert.Equal([0, 10, 11, 12, 13, 14], f.Indices);
        Assert.Equal("ffffff", f.Roles);
    }

    [Fact]
    public void With_no_more_candidates_than_are_kept_nothing_is_chosen()
    {
        Scripted choice = new();
        using ContextFixture f = new(new InfLvgContext(1, 3, 2, 6, choice), positions: new AbsolutePositions());
        f.Run(2);
        Change(f);
        f.Run(1, 2);
        Assert.Equal(0, choice.Seen);
        Assert.Equal("fffffffff", f.Roles);
    }

    [Fact]
    public void Features_are_keys_rotated_to_where_their_tokens_stand()
    {
        Scripted choice = new() { Next = [4, 7, 9, 10, 13, 14, 15, 20] };
        using ContextFixture f = new(new InfLvgContext(1, 2, 2, 9, choice), positions: new AbsolutePositions());
        f.Run(4);
        CheckFrames(f, 2, 5, i => 2 + i);
        Change(f);
        f.Run(1, 4);
        using TensorScope scope = TensorScope.Open();
        Tensor chosen = f.Cache.RotatedKeys(1, 0, 1, 2);
        (long Frame, int Cell)[] kept = Held(f, 1);
        for (int i = 0; i < kept.Length; i++)
        {
            Assert.Equal(Rotated(f, 1, kept[i].Frame, kept[i].Frame, kept[i].Cell), chosen.Row(i).Span.ToArray());
        }

        // Relative positions count slots.
        using ContextFixture relative = new(new InfLvgContext(1, 2, 2, 6, new Scripted()));
        relative.Run(5);
        CheckFrames(relative, 3, 4, i => 3 + i);
        Assert.Throws<ArgumentOutOfRangeException>(() => relative.Cache.RotatedKeys(0, 0, 9, 9));

        static void CheckFrames(ContextFixture f, int slot, int slots, Func<int, double> position)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor keys = f.Cache.RotatedKeys(1, 0, slot, slots);
            for (int i = 0; i < slots * PerFrame; i++)
            {
                int s = i / PerFrame;
                Assert.Equal(Rotated(f, 1, f.Cache.Frames[slot + s].Index, position(s), i % PerFrame), keys.Row(i).Span.ToArray());
            }
        }
    }

    [Fact]
    public void Choices_that_cannot_be_are_refused()
    {
        Assert.Contains("chosen twice, or is not there", Refused([0, 1, 2, 3, 4, 5, 6, 6]));
        Assert.Contains("number 99 was chosen twice, or is not there", Refused([0, 1, 2, 3, 4, 5, 6, 99]));
        using ContextFixture window = new(new SlidingWindowContext(6));
        window.Run(1);
        Assert.Contains("goes with InfLvgContext, not with SlidingWindowContext", Assert.Throws<InvalidOperationException>(() => Change(window)).Message);
        Assert.Contains("are at least 1", Assert.Throws<ArgumentException>(() => new InfLvgContext(1, 0, 2, 6, new Scripted())).Message);

        static string Refused(int[] chosen)
        {
            using ContextFixture f = new(new InfLvgContext(1, 2, 2, 9, new Scripted { Next = chosen }));
            f.Run(4);
            return Assert.Throws<InvalidOperationException>(() => Change(f)).Message;
        }
    }

    private static void Change(ContextFixture f) => new ChooseContext().Apply(f.Cache, (_, _) => Assert.Fail("nothing is recomputed"));

    private static (long Frame, int Cell)[] Held(ContextFixture f, int layer) =>
        [.. f.Cache.ChosenOrigins(layer, 0).ToArray().Zip(f.Cache.ChosenCells(layer, 0).ToArray())];

    private static float[] Rotated(ContextFixture f, int layer, long frame, double position, int cell)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor key = Tensor.From(ContextFixture.Frame(layer, frame, 'k'), [1, PerFrame, 2, 8]);
        RotaryTables tables = f.Inner.Rotary.Tables([position], 2, 2);
        return f.Compute.Rope(key, tables.Cos, tables.Sin).Span.Slice(cell * ContextFixture.Width, ContextFixture.Width).ToArray();
    }

    private sealed class Scripted : IContextChoice
    {
        public int[] Next { get; set; } = [];

        public int Seen { get; private set; }

        public int Transition { get; private set; }

        public int SubjectTokens => 0;

        public string Identity => "scripted";

        public void Check(WanTransformer transformer, CacheLayout layout)
        {
        }

        public void Choose(ContextCandidates candidates, Span<int> chosen)
        {
            (Seen, Transition) = (candidates.Count, candidates.Transition);
            Next.CopyTo(chosen);
        }

        public void Dispose()
        {
        }
    }
}
