using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Noise;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Noise;

public class RescheduledNoiseTests
{
    /// <summary>Acceptance test 4 of fifo-and-sliding-window.md 13.</summary>
    [Fact]
    public void Every_aligned_window_holds_the_noise_of_the_first_one()
    {
        Gen<(int Window, int Stride, int Blocks, int More, int Seed)> gen =
            from window in Gen.Choose(1, 24)
            from stride in Gen.Choose(1, window)
            from blocks in Gen.Choose(0, 8)
            from rest in Gen.Choose(0, stride - 1)
            from seed in Gen.Choose(0, 1000)
            select (window, stride, blocks, rest, seed);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            int total = c.Window + (c.Blocks * c.Stride) + c.More;
            int[] sources = [.. new RescheduledNoise((ulong)c.Seed, total, c.Window, c.Stride).Sources];
            int[] first = [.. Enumerable.Range(0, c.Window)];
            bool ends = sources[^c.Window..].Order().SequenceEqual(first);
            return ends && Enumerable.Range(0, c.Blocks + 1).All(b => sources.AsSpan(b * c.Stride, c.Window).ToArray().Order().SequenceEqual(first));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Shuffles_differ_by_block_and_seed()
    {
        int[] one = [.. new RescheduledNoise(1, 16 * 16, 16, 16).Sources];
        int[][] blocks = [.. one.Chunk(16).Skip(1)];
        Assert.Equal(blocks.Length, blocks.Select(b => string.Join(',', b)).Distinct().Count());
        Assert.NotEqual(one, new RescheduledNoise(2, 16 * 16, 16, 16).Sources);
        Assert.Equal(one, new RescheduledNoise(1, 16 * 16, 16, 16).Sources);
    }

    [Fact]
    public void Frames_are_those_of_independent_noise_in_another_order()
    {
        using TensorScope scope = TensorScope.Open();
        RescheduledNoise policy = new(5, 20, 8, 3);
        Tensor whole = Tensor.Empty([2, 20, 3, 4, 4]);
        policy.Initial(0, whole);
        Tensor clip = Tensor.Empty([2, 8, 3, 4, 4]);
        new CounterNoise(5).Initial(0, clip);
        Assert.Equal(clip.Row(1).Span, whole.Row(1).Rows(0, 8).Span);
        for (int f = 0; f < 20; f++)
        {
            Assert.Equal(clip.Row(0).Row(policy.Sources[f]).Span, whole.Row(0).Row(f).Span);
            Tensor one = Tensor.Empty([1, 1, 3, 4, 4]);
            policy.Initial(f, one);
            Assert.Equal(whole.Row(0).Row(f).Span, one.Span);
        }
        Assert.Contains("for 20 latents; 18..21 are asked for", Assert.Throws<InvalidOperationException>(
            () => policy.Initial(18, Tensor.Empty([1, 3, 3, 4, 4]))).Message);
    }
}
