using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Cache;
using LongTake.Generation.Tests.Context;
using LongTake.Generation.Views;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Views;

public class TopFramesViewTests
{
    /// <summary>The result worked out head by head from the definition, with plain sums.</summary>
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, true)]
    public void Each_head_attends_to_its_nearest_frames_and_the_window(int batch, int top, bool perHead)
    {
        const int Sink = 4;
        CacheLayout layout = ContextFixture.Layout with { Batch = batch };
        IFrequencyPolicy frequencies = perHead ? new JitteredFrequencies(0.5, 3) : new StandardFrequencies();
        using CacheFixture f = new(
            new SlidingWindowContext(10, Sink), frequencies, new BlockRelativePositions(), layout, view: new TopFramesView(top));
        using CacheFixture plain = new(
            new SlidingWindowContext(10, Sink), perHead ? new JitteredFrequencies(0.5, 3) : new StandardFrequencies(), new BlockRelativePositions(), layout);
        using TensorScope scope = TensorScope.Open();
        for (int chunk = 0; chunk < 5; chunk++)
        {
            Tensor[] qkv = [.. Enumerable.Range(0, 3).Select(i => Random(layout, (ulong)((chunk * 3) + i)))];
            foreach (CacheFixture one in (CacheFixture[])[f, plain])
            {
                one.Cache.BeginChunk(chunk * 3, 3);
                Tensor seen = one.Cache.Attend(one.Compute, 0, qkv[0], qkv[1], qkv[2]);
                one.Cache.Attend(one.Compute, 1, qkv[0], qkv[1], qkv[2]);
                int held = one.Cache.Frames.Length;
                if (one == f && held == 10 && chunk > 3)
                {
                    float[] expected = Attention(one.Cache, qkv[0], top, Sink, frequencies);
                    for (int i = 0; i < expected.Length; i++)
                    {
                        Assert.Equal(expected[i], seen.Span[i], 1e-4f);
                    }
                    Assert.Equal((10 - Sink + top) * layout.TokensPerFrame, one.Cache.AttendedTokens);
                }
                else if (one == plain)
                {
                    Assert.Equal(held * layout.TokensPerFrame, one.Cache.AttendedTokens);
                }
                one.Cache.Commit();
            }
        }
    }

    [Fact]
    public void What_lies_before_a_gap_or_is_no_frame_is_beside_the_window()
    {
        Assert.Equal(0, TopFramesView.Memory([]));
        Assert.Equal(0, TopFramesView.Memory([new(0), new(1), new(2)]));
        Assert.Equal(2, TopFramesView.Memory([new(0), new(1), new(5), new(6)]));
        Assert.Equal(3, TopFramesView.Memory([new(0), new(1), new(1, FrameRole.Chosen), new(2), new(3)]));
        Assert.Equal(2, TopFramesView.Memory([new(0, FrameRole.Merged), new(1, FrameRole.Merged), new(2), new(3)]));
    }

    /// <summary>Where as many are wanted as there are, and while all frames follow on each other, everything is seen.</summary>
    [Fact]
    public void Nothing_is_hidden_where_there_is_nothing_to_hide()
    {
        using TinyModel model = new();
        StreamingMethod memflow = MethodPresets.Create("memflow");
        Assert.Equal(model.Run(memflow, 12), model.Run(memflow with { View = _ => new TopFramesView(6) }, 12));
        float[][] sparse = model.Run(MethodPresets.Create("memflow", new Dictionary<string, string> { ["view"] = "top-frames" }), 12);
        float[][] all = model.Run(memflow, 12);
        Assert.Equal(all[0], sparse[0]);

        // From the second chunk on the first frame is in the bank too: one of four is hidden.
        Assert.NotEqual(all[1], sparse[1]);
        Assert.NotEqual(all[^1], sparse[^1]);
    }

    [Fact]
    public void Sparse_activation_attends_to_three_of_six_and_the_window()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(MethodPresets.Create("memflow", new Dictionary<string, string> { ["view"] = "top-frames" }));
        generator.SetPrompt(TinyModel.Prompt(0));
        for (int i = 0; i < 14; i++)
        {
            generator.Next();
        }
        Assert.Equal(15, generator.Cache.Frames.Length);
        Assert.Equal(12 * 4, generator.Cache.AttendedTokens);
    }

    [Fact]
    public void What_it_does_not_go_with_is_refused()
    {
        Assert.Contains("top is 0", Assert.Throws<ArgumentException>(() => new TopFramesView(0)).Message);
        using TinyModel model = new();
        StreamingMethod rolling = MethodPresets.Create("rolling-forcing") with { View = _ => new TopFramesView(2) };
        Assert.Contains("conflicts with a view", Assert.Throws<ArgumentException>(() => model.Generator(rolling)).Message);
    }

    private static Tensor Random(CacheLayout layout, ulong stream)
    {
        Tensor t = Tensor.Empty([layout.Batch, 3 * layout.TokensPerFrame, layout.Heads, layout.HeadDim]);
        new CounterRandom(8, stream).FillNormal(t.Span);
        return t;
    }

    private static float[] Attention(KeyValueCache cache, Tensor queries, int top, int sink, IFrequencyPolicy frequencies)
    {
        CacheLayout layout = cache.Layout;
        int held = cache.Frames.Length;
        float[] result = new float[queries.Count];
        for (int b = 0; b < layout.Batch; b++)
        {
            for (int h = 0; h < layout.Heads; h++)
            {
                double[][] keys = [.. Enumerable.Range(0, held * layout.TokensPerFrame).Select(t =>
                    Rotated(cache.Keys(0), b, cache.Capacity, t, h, t / layout.TokensPerFrame, layout, frequencies))];
                double[][] own = [.. Enumerable.Range(0, 3 * layout.TokensPerFrame).Select(t =>
                    Rotated(queries, b, 3, t, h, held - 3 + (t / layout.TokensPerFrame), layout, frequencies))];
                double[] query = Mean(own);
                int[] best = [.. Enumerable.Range(0, sink)
                    .OrderByDescending(i => Dot(query, Mean(keys[(i * layout.TokensPerFrame)..((i + 1) * layout.TokensPerFrame)]))).Take(top)];
                int[] tokens = [.. Enumerable.Range(0, keys.Length)
                    .Where(t => t / layout.TokensPerFrame >= sink || best.Contains(t / layout.TokensPerFrame))];
                for (int t = 0; t < own.Length; t++)
                {
                    double[] weights = [.. tokens.Select(k => Math.Exp(Dot(own[t], keys[k]) / Math.Sqrt(layout.HeadDim)))];
                    for (int c = 0; c < layout.HeadDim; c++)
                    {
                        double sum = tokens.Zip(weights, (k, weight) => weight * Value(cache.Values(0), b, cache.Capacity, k, h, c, layout)).Sum();
                        result[(((((b * own.Length) + t) * layout.Heads) + h) * layout.HeadDim) + c] = (float)(sum / weights.Sum());
                    }
                }
            }
        }
        return result;
    }

    private static double Value(Tensor pool, int sample, int frames, int token, int head, int channel, CacheLayout layout) =>
        pool.Span[(((((sample * frames * layout.TokensPerFrame) + token) * layout.Heads) + head) * layout.HeadDim) + channel];

    private static double[] Rotated(
        Tensor pool, int sample, int frames, int token, int head, int position, CacheLayout layout, IFrequencyPolicy frequencies)
    {
        using RotaryEmbedding rotary = new(layout.HeadDim);
        double[] temporal = new double[rotary.Frequencies.Temporal.Length];
        frequencies.Angles(default, frequencies.TableCount(layout.Heads) > 1 ? head : 0, position, rotary.Frequencies.Temporal, temporal);
        int cell = token % layout.TokensPerFrame;
        double[] angles =
        [
            .. temporal,
            .. rotary.Frequencies.Height.Select(x => x * (cell / layout.Columns)),
            .. rotary.Frequencies.Width.Select(x => x * (cell % layout.Columns)),
        ];
        double[] result = new double[layout.HeadDim];
        for (int i = 0; i < angles.Length; i++)
        {
            double even = Value(pool, sample, frames, token, head, 2 * i, layout);
            double odd = Value(pool, sample, frames, token, head, (2 * i) + 1, layout);
            (double sine, double cosine) = Math.SinCos(angles[i]);
            result[2 * i] = (even * cosine) - (odd * sine);
            result[(2 * i) + 1] = (even * sine) + (odd * cosine);
        }
        return result;
    }

    private static double[] Mean(double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Average(r => r[c]))];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
