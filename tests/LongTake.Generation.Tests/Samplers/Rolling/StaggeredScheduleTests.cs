using LongTake.Generation.Samplers.Rolling;

namespace LongTake.Generation.Tests.Samplers.Rolling;

public class StaggeredScheduleTests
{
    private const int Levels = 5;

    /// <summary>The windows of the released code: growing, full, shrinking. Source: rolling-window-denoising.md 2.3.</summary>
    [Fact]
    public void A_rolling_window_grows_stays_full_and_shrinks()
    {
        const int Blocks = 9;
        StaggeredSchedule schedule = new(Levels, 1);
        for (int w = 0; w < Blocks + Levels - 1; w++)
        {
            int a = Math.Max(0, w - Levels + 1);
            int z = Math.Min(Blocks - 1, w);
            Assert.Equal((a, z), schedule.BlocksAt(w, Blocks));

            // The released code takes the end of the rising list while the window grows, and its beginning while it shrinks.
            int[] rising = [4, 3, 2, 1, 0];
            int count = z - a + 1;
            int[] levels = w < Levels - 1 ? rising[^count..] : rising[..count];
            Assert.Equal(levels, Enumerable.Range(a, count).Select(b => schedule.Level(b, w)));
        }
        Assert.Equal(Levels, schedule.MostBlocks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Every_block_passes_all_levels_once_and_in_order(int stagger)
    {
        StaggeredSchedule schedule = new(Levels, stagger);
        foreach (int blocks in (int[])[1, 2, 4, 9])
        {
            List<int>[] seen = [.. Enumerable.Range(0, blocks).Select(_ => new List<int>())];
            long calls = schedule.LastCall(blocks - 1) + 1;
            for (long w = 0; w < calls; w++)
            {
                (long first, long last) = schedule.BlocksAt(w, blocks);
                Assert.InRange(last - first + 1, 1, schedule.MostBlocks);
                for (long b = 0; b < blocks; b++)
                {
                    int level = schedule.Level(b, w);
                    Assert.Equal(b >= first && b <= last, level >= 0);
                    if (level >= 0)
                    {
                        seen[b].Add(level);
                    }
                }
            }
            Assert.All(seen, s => Assert.Equal([0, 1, 2, 3, 4], s));
            (long over, long end) = schedule.BlocksAt(calls, blocks);
            Assert.True(over > end);
        }
    }

    [Fact]
    public void A_stagger_of_all_levels_is_block_after_block()
    {
        StaggeredSchedule schedule = new(Levels, Levels);
        Assert.Equal(1, schedule.MostBlocks);
        for (int w = 0; w < 20; w++)
        {
            Assert.Equal((w / Levels, w / Levels), schedule.BlocksAt(w));
            Assert.Equal(w % Levels, schedule.Level(w / Levels, w));
        }
    }
}
