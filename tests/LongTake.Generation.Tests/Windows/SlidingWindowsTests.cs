using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Windows;

namespace LongTake.Generation.Tests.Windows;

public class SlidingWindowsTests
{
    private static readonly Arbitrary<(int Total, int Window, int Stride, int Offset)> s_plans =
        (from total in Gen.Choose(1, 200)
         from window in Gen.Choose(1, 40)
         from stride in Gen.Choose(1, window)
         from offset in Gen.Choose(0, stride - 1)
         select (total, window, stride, offset)).ToArbitrary();

    [Fact]
    public void Every_latent_lies_in_a_window_and_no_window_leaves_the_video()
    {
        Prop.ForAll(s_plans, p =>
        {
            int[] starts = SlidingWindows.Starts(p.Total, p.Window, p.Stride, p.Offset);
            int size = Math.Min(p.Window, p.Total);
            bool[] covered = new bool[p.Total];
            foreach (int start in starts)
            {
                Array.Fill(covered, true, start, size);
            }
            bool rises = starts.Zip(starts.Skip(1)).All(s => s.Second > s.First && s.Second - s.First <= p.Stride);
            return covered.All(c => c) && rises && starts[0] == 0 && starts[^1] == Math.Max(0, p.Total - p.Window);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Weights_of_a_latent_add_up_to_one_and_are_one_where_a_window_is_alone()
    {
        Prop.ForAll(s_plans, p =>
        {
            int[] starts = SlidingWindows.Starts(p.Total, p.Window, p.Stride, p.Offset);
            int size = Math.Min(p.Window, p.Total);
            float[][] shares = SlidingWindows.Normalize(starts, SlidingWindows.Triangle(size), p.Total);
            double[] sums = new double[p.Total];
            int[] counts = new int[p.Total];
            for (int w = 0; w < starts.Length; w++)
            {
                for (int j = 0; j < size; j++)
                {
                    sums[starts[w] + j] += shares[w][j];
                    counts[starts[w] + j]++;
                }
            }
            return Enumerable.Range(0, p.Total).All(i => Math.Abs(sums[i] - 1) < 1e-6 && (counts[i] > 1 || sums[i] == 1));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Plans_are_the_published_ones_where_windows_fit()
    {
        Assert.Equal([0, 8, 16, 24], SlidingWindows.Starts(40, 16, 8));
        Assert.Equal([0, 4, 8, 12], SlidingWindows.Starts(28, 16, 4));

        // The tail that published plans leave alone has a window that ends with the video.
        Assert.Equal([0, 10, 20, 21], SlidingWindows.Starts(42, 21, 10));
        Assert.Equal([0, 3, 13, 21], SlidingWindows.Starts(42, 21, 10, 3));
        Assert.Equal([0], SlidingWindows.Starts(21, 21, 10, 3));
        Assert.Equal([0], SlidingWindows.Starts(5, 21, 10));
        Assert.Equal([1f, 2, 3, 4, 4, 3, 2, 1], SlidingWindows.Triangle(8));
        Assert.Equal([1f, 2, 3, 2, 1], SlidingWindows.Triangle(5));
        Assert.Equal([1f, 1, 1], SlidingWindows.Uniform(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => SlidingWindows.Starts(10, 4, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SlidingWindows.Starts(10, 4, 2, 2));
    }

    /// <summary>
    /// The published rule: between two scenes lie W/S - 1 windows; window j of them is under the earlier prompt while 2j is at most their
    /// number.
    /// </summary>
    [Theory]
    [InlineData(16, 8)]
    [InlineData(16, 4)]
    [InlineData(15, 5)]
    [InlineData(12, 12)]
    public void Windows_between_scenes_are_shared_out_as_published(int window, int stride)
    {
        int scene = 4 * window;
        int gap = (window / stride) - 1;
        for (int start = 0; start < 8 * window; start += stride)
        {
            int between = ((start - (scene - window)) / stride) - 1;
            bool expected = start + window > scene && (start >= scene || between > gap / 2.0);
            Assert.Equal(expected, SlidingWindows.IsUnderNext(start, window, stride, scene));
        }
    }
}
