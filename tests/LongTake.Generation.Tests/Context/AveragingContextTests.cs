using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Tests.Cache;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Context;

public class AveragingContextTests
{
    /// <summary>a^n S0 + (1 - a) sum a^(n-1-j) E_j, slot by slot.</summary>
    [Theory]
    [InlineData(9, 3, 0.9, 1)]
    [InlineData(9, 3, 0.999, 2)]
    [InlineData(10, 2, 0.5, 1)]
    [InlineData(6, 3, 0.0, 1)]
    public void An_averaging_sink_follows_the_closed_form(int window, int sink, double decay, int batch)
    {
        const int Chunks = 12;
        using ContextFixture f = new(new EmaSinkContext(window, sink, decay), batch);
        f.Run(Chunks);
        int held = f.Cache.Frames.Length - sink;
        for (int b = 0; b < batch; b++)
        {
            for (int slot = 0; slot < sink; slot++)
            {
                double[] expected = [.. ContextFixture.Frame(1, slot, 'k', sample: b).Select(x => (double)x)];
                for (int frame = sink; frame < (Chunks * 3) - held; frame++)
                {
                    if (frame % sink == slot)
                    {
                        float[] leaving = ContextFixture.Frame(1, frame, 'k', sample: b);
                        expected = [.. expected.Zip(leaving, (s, e) => (decay * s) + ((1 - decay) * e))];
                    }
                }
                float[] actual = f.Slot(f.Cache.Keys(1), slot, b);
                for (int i = 0; i < expected.Length; i++)
                {
                    Assert.Equal(expected[i], actual[i], 1e-5);
                }
            }
        }
        Assert.Equal(new string('m', sink) + new string('f', held), f.Roles);
        Assert.Equal(Enumerable.Range(0, sink).Select(i => (long)i), f.Indices[..sink]);
    }

    [Fact]
    public void A_sink_that_forgets_nothing_is_a_plain_sink()
    {
        using ContextFixture plain = new(new SlidingWindowContext(9, 3));
        using ContextFixture f = new(new EmaSinkContext(9, 3, 1));
        plain.Run(8);
        f.Run(8);
        Assert.Equal(plain.Cache.Keys(0).Span.ToArray(), f.Cache.Keys(0).Span.ToArray());
        Assert.Equal(plain.Cache.Values(1).Span.ToArray(), f.Cache.Values(1).Span.ToArray());
        Assert.Equal("fffffffff", f.Roles);
    }

    [Theory]
    [InlineData(AverageKind.Global, 1)]
    [InlineData(AverageKind.Global, 2)]
    [InlineData(AverageKind.Position, 1)]
    [InlineData(AverageKind.Adaptive, 1)]
    [InlineData(AverageKind.Adaptive, 2)]
    public void Two_memories_lie_between_sink_and_recent_frames(AverageKind kind, int batch)
    {
        bool overTokens = kind == AverageKind.Global;
        using ContextFixture f = new(new AveragedMemoryContext(3, 4, 3, 0.01, 0.1, kind), batch);
        f.Run(4);
        Assert.Equal("ffffffffffff", f.Roles);
        double[]? longMemory = null;
        double[]? shortMemory = null;
        double[]? shortKeys = null;
        for (int chunk = 4; chunk < 10; chunk++)
        {
            // 3 | 1 | 1 | 4 | 3 at positions 0..11.
            f.Run(1, chunk);
            Assert.Equal("fffmmfffffff", f.Roles);
            int next = (chunk + 1) * 3;
            Assert.Equal([0L, 1, 2, next - 8, next - 8, next - 7, next - 6, next - 5, next - 4, next - 3, next - 2, next - 1], f.Indices);
            Assert.Equal([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], f.Cache.KeyPositions.ToArray());

            // First 3..7 leave together, then three at a time.
            int last = next - 8;
            double[] mean = Mean(chunk == 4 ? 3 : last - 2, last, overTokens, batch - 1, 'v');
            double[] keys = Mean(chunk == 4 ? 3 : last - 2, last, overTokens, batch - 1, 'k');
            double[] rates = kind == AverageKind.Adaptive && shortKeys is not null
                ? Rates(keys, shortKeys)
                : [.. Enumerable.Repeat(0.1, mean.Length)];
            shortKeys = shortKeys is null ? keys : [.. shortKeys.Select((e, i) => ((1 - rates[i]) * e) + (rates[i] * keys[i]))];
            longMemory = longMemory is null ? mean : [.. longMemory.Zip(mean, (e, m) => (0.99 * e) + (0.01 * m))];
            shortMemory = shortMemory is null ? mean : [.. shortMemory.Select((e, i) => ((1 - rates[i]) * e) + (rates[i] * mean[i]))];
            AssertClose(longMemory, f.Slot(f.Cache.Values(0), 3, batch - 1));
            AssertClose(shortMemory, f.Slot(f.Cache.Values(0), 4, batch - 1));
            AssertClose(shortKeys, f.Slot(f.Cache.Keys(0), 4, batch - 1));
        }
        Assert.Equal(ContextFixture.Frame(1, 2, 'k'), f.Slot(f.Cache.Keys(1), 2));
    }

    [Fact]
    public void Beginning_a_chunk_again_does_not_average_again()
    {
        IContextPolicy[] policies = [new EmaSinkContext(9, 3, 0.5), new AveragedMemoryContext(3, 4, 3, 0.2, 0.5)];
        foreach (IContextPolicy policy in policies)
        {
            using ContextFixture f = new(policy);
            f.Run(6);
            f.Cache.BeginChunk(18, 3);
            float[] once = f.Cache.Keys(1).Span.ToArray();
            CachedFrame[] frames = f.Cache.Frames.ToArray();
            for (int i = 0; i < 3; i++)
            {
                f.Cache.BeginChunk(18, 3);
            }
            Assert.Equal(once, f.Cache.Keys(1).Span.ToArray());
            Assert.Equal(frames, f.Cache.Frames.ToArray());
        }
    }

    [Fact]
    public void Averages_are_kept_apart_from_what_they_do_not_go_with()
    {
        foreach (IContextPolicy policy in (IContextPolicy[])[new EmaSinkContext(9, 3, 0.5), new AveragedMemoryContext(3, 4, 3, 0.2, 0.5)])
        {
            string name = policy.GetType().Name;
            Assert.Contains(
                $"{name} averages frames, and an average has no place in the video for AbsolutePositions",
                Assert.Throws<ArgumentException>(() => new ContextFixture(policy, positions: new AbsolutePositions())).Message);
            Assert.Contains("BF16 would round away", Assert.Throws<ArgumentException>(() => new ContextFixture(policy, type: DType.BF16)).Message);
        }

        // Without steps there is nothing to lose.
        new ContextFixture(new EmaSinkContext(9, 3, 1), type: DType.BF16).Dispose();
    }

    [Fact]
    public void Slots_are_blended_as_asked()
    {
        using CacheFixture f = new(new FullContext(6));
        f.Fill(2, 3);
        f.Cache.Blend(4, 0, 2, 0.25);
        f.Cache.BlendMean(2, 4, 2, 1, overTokens: false);
        Assert.Equal([1f, 2f, 3.5f, 3f, 4f, 5f], Enumerable.Range(0, 6).Select(i => f.Cache.Keys(1).Span[i * 32]));
        f.Cache.BlendMean(2, 4, 3, 0.5, overTokens: true);
        Assert.Equal(3 + ((3.875f - 3) / 2), f.Cache.Values(0).Span[(3 * 32) + 7]);
        f.Cache.MarkMerged(3, 5);
        Assert.Equal(new CachedFrame(5, FrameRole.Merged), f.Cache.Frames[3]);
        Assert.Contains("not among the 6 in use", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.Blend(4, 0, 3, 0.5)).Message);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.BlendMean(0, 1, 1, 2, true)).Message);
        Assert.Contains("not among the 6 in use", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.MarkMerged(6, 0)).Message);
        Assert.Contains(
            "between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.BlendMeanByChange(0, 1, 1, 0.5, 0.1, 5)).Message);

        // Where nothing has changed, nothing changes.
        float[] before = f.Cache.Keys(0).Span.ToArray();
        f.Cache.BlendMeanByChange(4, 1, 4, 0.1, 0.1, 5);
        Assert.Equal(before, f.Cache.Keys(0).Span.ToArray());
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Contains("nothing to average into", Assert.Throws<ArgumentException>(() => new EmaSinkContext(9, 0, 0.9)).Message);
        Assert.Contains("decay of a sink is 1.1", Assert.Throws<ArgumentException>(() => new EmaSinkContext(9, 3, 1.1)).Message);
        Assert.Contains("make no cache", Assert.Throws<ArgumentException>(() => new AveragedMemoryContext(3, -1, 3, 0.1, 0.2)).Message);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentException>(() => new AveragedMemoryContext(3, 4, 3, double.NaN, 0.2)).Message);
        Assert.Contains(
            "make it at most 0.2", Assert.Throws<ArgumentException>(() => new AveragedMemoryContext(3, 4, 3, 0.1, 0.3, AverageKind.Adaptive)).Message);
        using ContextFixture f = new(new AveragedMemoryContext(3, 4, 2, 0.1, 0.2));
        Assert.Contains("planned for chunks of 2", Assert.Throws<InvalidOperationException>(() => f.Cache.BeginChunk(0, 3)).Message);
    }

    /// <summary>0.1 to 5 times the rate of 0.1, by how far each token's key is from the memory's, mean over heads, against the farthest.</summary>
    private static double[] Rates(double[] keys, double[] memory)
    {
        CacheLayout layout = ContextFixture.Layout;
        double[] changes = [.. Enumerable.Range(0, layout.TokensPerFrame).Select(t => Enumerable.Range(0, layout.Heads).Average(h =>
            Math.Sqrt(Enumerable.Range(((t * layout.Heads) + h) * layout.HeadDim, layout.HeadDim).Sum(c => Math.Pow(keys[c] - memory[c], 2)))))];
        return [.. Enumerable.Range(0, keys.Length).Select(i => 0.1 * (0.1 + (4.9 * changes[i / ContextFixture.Width] / changes.Max())))];
    }

    private static double[] Mean(int first, int last, bool overTokens, int sample, char what)
    {
        double[] mean = new double[ContextFixture.FrameSize];
        int tokens = ContextFixture.Layout.TokensPerFrame;
        for (int frame = first; frame <= last; frame++)
        {
            float[] values = ContextFixture.Frame(0, frame, what, sample: sample);
            for (int i = 0; i < mean.Length; i++)
            {
                for (int t = 0; t < (overTokens ? tokens : 1); t++)
                {
                    float x = overTokens ? values[(t * ContextFixture.Width) + (i % ContextFixture.Width)] : values[i];
                    mean[i] += x / (double)((last - first + 1) * (overTokens ? tokens : 1));
                }
            }
        }
        return mean;
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-5);
        }
    }
}
