using LongTake.Generation.Cache;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Positions;
using LongTake.Generation.Tests.Frequencies;

namespace LongTake.Generation.Tests.Positions;

public class PositionPolicyTests
{
    [Fact]
    public void An_adjacent_sink_stands_right_before_the_recent_frames()
    {
        (double[] keys, double[] queries) = Place(new SinkAdjacentPositions(3), [0, 1, 2, 30, 31, 32, 33, 34, 35]);
        Assert.Equal([27.0, 28, 29, 30, 31, 32, 33, 34, 35], keys);
        Assert.Equal([33.0, 34, 35], queries);

        // While nothing has been dropped these are the frames' own places, with a sink that is not full yet too.
        Assert.Equal([0.0, 1, 2, 3, 4, 5], Place(new SinkAdjacentPositions(3), [0, 1, 2, 3, 4, 5]).Keys);
        Assert.Equal([0.0, 1, 2], Place(new SinkAdjacentPositions(10), [0, 1, 2]).Keys);
        Assert.Equal([0.0, 1, 2, 9, 10, 11], Place(new SinkAdjacentPositions(0), [0, 1, 2, 9, 10, 11]).Keys);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SinkAdjacentPositions(-1));
    }

    /// <summary>Test 3 of kv-cache-strategies.md 9: where what is held has no gap, all that differs is a constant.</summary>
    [Fact]
    public void Adjacent_anchored_and_relative_positions_are_one_geometry()
    {
        for (int end = 3; end < 90; end += 3)
        {
            long[] held = [.. FrequencyFixture.Held(end, 12, 3).Select(f => f.Index)];
            (double[] keys, double[] queries) = Place(new SinkAdjacentPositions(3), held);
            foreach (IPositionPolicy other in (IPositionPolicy[])[new BlockRelativePositions(), new AnchoredPositions(), new AnchoredPositions(15)])
            {
                (double[] otherKeys, double[] otherQueries) = Place(other, held);
                double shift = queries[0] - otherQueries[0];
                Assert.All(queries.Zip(otherQueries), p => Assert.Equal(shift, p.First - p.Second));
                Assert.All(keys.Zip(otherKeys), p => Assert.Equal(shift, p.First - p.Second));
            }
        }
    }

    [Fact]
    public void An_anchor_holds_the_newest_frame_and_the_oldest_share_the_floor()
    {
        Assert.Equal([0.0, 1, 2, 3, 4, 5], Place(new AnchoredPositions(7), [0, 1, 2, 3, 4, 5]).Keys);
        (double[] keys, double[] queries) = Place(new AnchoredPositions(7), [0, 40, 41, 42, 43, 44]);
        Assert.Equal([2.0, 3, 4, 5, 6, 7], keys);
        Assert.Equal([5.0, 6, 7], queries);
        Assert.Equal([0.0, 0, 0, 1, 2, 3], Place(new AnchoredPositions(3), [0, 1, 2, 3, 4, 5]).Keys);
        Assert.Equal([19.0, 20, 21], Place(new AnchoredPositions(), [60, 61, 62]).Queries);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnchoredPositions(-1));
    }

    [Fact]
    public void Latents_are_those_of_relative_positions()
    {
        using TinyModel model = new();
        SlidingWindowOptions window = new() { Window = 9, Sink = 3 };
        float[][] relative = model.Run((window with { Positions = PositionKind.Relative }).ToMethod(), 8);
        foreach (PositionKind kind in (PositionKind[])[PositionKind.Adjacent, PositionKind.Anchored])
        {
            float[][] latents = model.Run((window with { Positions = kind }).ToMethod(), 8);
            for (int c = 0; c < 8; c++)
            {
                for (int i = 0; i < latents[c].Length; i++)
                {
                    Assert.Equal(relative[c][i], latents[c][i], 2e-3f);
                }
            }
        }
        Assert.Contains("anchor is -1", Assert.Throws<ArgumentException>(() => (window with { Anchor = -1 }).ToMethod()).Message);
    }

    private static (double[] Keys, double[] Queries) Place(IPositionPolicy policy, long[] held)
    {
        CachedFrame[] frames = [.. held.Select(i => new CachedFrame(i))];
        double[] keys = new double[held.Length];
        double[] queries = new double[3];
        policy.Place(FrequencyFixture.Call(frames), keys, queries);
        return (keys, queries);
    }
}
