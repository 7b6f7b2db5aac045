using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;
using LongTake.Generation.Methods.Miga;

namespace LongTake.Generation.Tests.Clips;

public class WindowPlanTests
{
    [Fact]
    public void Windows_tile_any_row()
    {
        Gen<(int Length, int Frames, int Stride, int Offset)> gen =
            from frames in Gen.Choose(1, 30)
            from stride in Gen.Choose(1, frames)
            from length in Gen.Choose(1, 400)
            from offset in Gen.Choose(0, 500)
            select (length, frames, stride, offset);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            List<PassWindow> windows = [];
            WindowPlan.Moving(c.Length, c.Frames, c.Stride, c.Offset, windows);
            bool moving = Tiles(windows, c.Length, Math.Min(c.Frames, c.Length));
            WindowPlan.RemainderFirst(c.Length, c.Frames, c.Stride, windows);
            return moving && Tiles(windows, c.Length, Math.Min(c.Frames, c.Length))
                && windows.Skip(1).SkipLast(1).All(w => w.Keep == c.Stride);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(FifoWindowing.Lookahead)]
    [InlineData(FifoWindowing.Blocks)]
    [InlineData(FifoWindowing.KeepFirst)]
    public void Windows_of_fifo_tile_the_queue_behind_its_prefix(FifoWindowing windowing)
    {
        for (int frames = 2; frames < 24; frames++)
        {
            for (int partitions = 1; partitions < 6; partitions++)
            {
                List<PassWindow> windows = [];
                FifoWindows.Fill(windowing, partitions, frames, Math.Max(1, frames / 2), windows);
                int prefix = FifoWindows.Prefix(windowing, frames);
                int[] kept = [.. windows.SelectMany(w => Enumerable.Range(w.KeepFrom, w.Keep)).Order()];
                Assert.Equal(Enumerable.Range(prefix, partitions * frames), kept);
                Assert.All(windows, w => Assert.True(w.Start >= 0 && w.Frames == frames && w.KeepFrom + w.Keep <= w.Start + frames));
            }
        }
    }

    /// <summary>Source: fifo-and-sliding-window.md 2.3 and 2.6.</summary>
    [Fact]
    public void Lookahead_of_21_latents_is_the_golden_one()
    {
        List<PassWindow> windows = [];
        FifoWindows.Fill(FifoWindowing.Lookahead, 2, 21, 0, windows);
        Assert.Equal([new(31, 21, 42, 10), new(21, 21, 31, 11), new(10, 21, 21, 10), new PassWindow(0, 21, 10, 11)], windows);
    }

    /// <summary>Source: miga.md 4.3.</summary>
    [Theory]
    [InlineData(21, 7, 4, 10, 63, 3, "(0,3,-) (3,10,-) (13,10,[1 4 7 10]) (23,10,[3 8 13 18]) (33,10,[9 16 23 30]) (43,3,[19 26 33 40]) (46,17,[22 29 36 43])")]
    [InlineData(16, 4, 4, 8, 40, 5, "(0,5,-) (5,8,[1 2 3 4]) (13,8,[1 4 7 10]) (21,7,[7 11 15 19]) (28,12,[14 18 22 26])")]
    public void Windows_and_guidance_are_the_golden_ones(int frames, int zigzag, int guidance, int stride, int length, int iteration, string expected)
    {
        MigaOptions options = new() { Zigzag = zigzag, Guidance = guidance, Stride = stride };
        List<PassWindow> windows = [];
        MigaWindows.Fill(options, frames, new QueuePass(zigzag, length, false, iteration, 0), windows);
        MigaGuidance rule = new(guidance, zigzag, GuidanceRule.Code);
        string text = string.Join(' ', windows.Select(w =>
        {
            int[] indices = new int[guidance];
            if (w.Start >= guidance)
            {
                Assert.Equal(frames - guidance, w.Frames);
                rule.Choose(w.Start, indices);
                return $"({w.Start},{w.Keep},[{string.Join(' ', indices)}])";
            }
            Assert.Equal(frames, w.Frames);
            return $"({w.Start},{w.Keep},-)";
        }));
        Assert.Equal(expected, text);
    }

    /// <summary>The paper's window of min(m Z, l - 1) latents before the window (l counts from 1), with its latents evenly spaced. Source: miga.md 6.</summary>
    [Theory]
    [InlineData(4, 7, 4, "0 1 2 3")]
    [InlineData(4, 7, 13, "1 4 8 11")]
    [InlineData(4, 7, 28, "3 10 17 24")]
    [InlineData(4, 7, 33, "8 15 22 29")]
    [InlineData(6, 4, 100, "78 82 86 90 94 98")]
    [InlineData(3, 1, 10, "7 8 9")]
    public void Guidance_of_the_paper_is_spread_over_the_latents_in_reach(int count, int zigzag, int start, string expected)
    {
        int[] indices = new int[count];
        new MigaGuidance(count, zigzag).Choose(start, indices);
        Assert.Equal(expected, string.Join(' ', indices));
    }

    [Theory]
    [InlineData(GuidanceRule.Paper)]
    [InlineData(GuidanceRule.Code)]
    public void Guidance_lies_before_the_window_and_rises(GuidanceRule kind)
    {
        for (int count = 1; count < 8; count++)
        {
            for (int zigzag = 1; zigzag < 10; zigzag++)
            {
                MigaGuidance rule = new(count, zigzag, kind);
                int[] indices = new int[count];
                for (int start = count; start < 100; start++)
                {
                    rule.Choose(start, indices);
                    Assert.True(indices[0] >= Math.Max(0, start - (count * zigzag)) && indices[^1] < start, $"{count} {zigzag} {start}: {string.Join(' ', indices)}");
                    Assert.Equal(indices.Distinct().Order(), indices);
                }
            }
        }
    }

    private static bool Tiles(List<PassWindow> windows, int length, int frames)
    {
        int next = 0;
        foreach (PassWindow w in windows)
        {
            if (w.Start != next || w.KeepFrom != w.Start || w.Keep < 1 || w.Frames != frames || w.Keep > frames || w.Start + frames > length)
            {
                return false;
            }
            next += w.Keep;
        }
        return next == length;
    }
}
