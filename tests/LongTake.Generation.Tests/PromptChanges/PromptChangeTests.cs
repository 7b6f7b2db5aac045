using LongTake.Generation.Context;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Tests.Cache;

namespace LongTake.Generation.Tests.PromptChanges;

public class PromptChangeTests
{
    [Theory]
    [InlineData(2, 2, 4, 0)]
    [InlineData(2, 3, 6, 0)]
    [InlineData(2, 4, 6, 2)]
    [InlineData(0, 4, 6, 0)]
    public void Recaching_spares_a_global_sink_once_the_window_has_left_the_start(int sink, int chunks, int frames, int guarded)
    {
        using CacheFixture f = new(new SlidingWindowContext(6, 2));
        f.Fill(chunks, 2);
        List<(int, int)> calls = [];
        new RecacheContext(sink).Apply(f.Cache, (n, g) => calls.Add((n, g)));
        Assert.Equal([(frames, guarded)], calls);
    }

    [Fact]
    public void Flushing_leaves_the_first_and_the_newest_frames()
    {
        using CacheFixture f = new(new SlidingWindowContext(6, 1));
        f.Fill(4, 2);
        new FlushContext(1, 2).Apply(f.Cache, (_, _) => Assert.Fail("Nothing is computed anew."));
        Assert.Equal([0L, 6, 7], f.Cache.Frames.ToArray().Select(x => x.Index));
        new FlushContext(2, 2).Apply(f.Cache, (_, _) => Assert.Fail("Nothing is computed anew."));
        Assert.Equal(3, f.Cache.Frames.Length);
    }

    [Fact]
    public void Keeping_does_nothing()
    {
        using CacheFixture f = new(new SlidingWindowContext(6, 1));
        f.Fill(2, 2);
        new KeepContext().Apply(f.Cache, (_, _) => Assert.Fail("Nothing is computed anew."));
        Assert.Equal(4, f.Cache.Frames.Length);
    }
}
