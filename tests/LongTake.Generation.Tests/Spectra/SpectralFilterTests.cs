using LongTake.Generation.Spectra;

namespace LongTake.Generation.Tests.Spectra;

public class SpectralFilterTests
{
    [Theory]
    [InlineData(128, 20, 32)]
    [InlineData(12, 4, 6)]
    public void Gains_are_the_published_ones_on_even_axes(int frames, int height, int width)
    {
        SpectralFilter filter = new(frames, height, width, 0.25, 0.5);
        for (int t = 0; t < frames; t++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    // Coordinates 2k/n - 1 of the centred spectrum, at index k = frequency + n/2.
                    double ct = Coordinate(t, frames), cy = Coordinate(y, height), cx = Coordinate(x, width);
                    double expected = Math.Exp(-0.5 * ((ct * ct / 0.0625) + (cy * cy / 0.25) + (cx * cx / 0.25)));
                    Assert.Equal(expected, filter.Gains[(((t * height) + y) * width) + x], 1e-12);
                }
            }
        }
        Assert.Equal(1.0, filter.Gains[0]);

        static double Coordinate(int index, int n) => (2.0 * ((index + (n / 2)) % n) / n) - 1;
    }

    /// <summary>Half a step beside the middle the published coordinates are not even; their even part is kept.</summary>
    [Fact]
    public void On_odd_axes_it_is_the_even_part()
    {
        SpectralFilter filter = new(5, 1, 1, 0.25, 0.25);
        double[] published = [.. Enumerable.Range(0, 5).Select(i => (2.0 * ((i + 2) % 5) / 5) - 1).Select(c => Math.Exp(-0.5 * c * c / 0.0625))];
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(0.5 * (published[i] + published[(5 - i) % 5]), filter.Gains[i], 1e-12);
            Assert.Equal(filter.Gains[i], filter.Gains[(5 - i) % 5], 1e-15);
        }
    }

    [Fact]
    public void Limits_pass_everything_and_nothing()
    {
        Assert.True(new SpectralFilter(6, 4, 3, double.PositiveInfinity, double.PositiveInfinity).PassesAll);
        Assert.True(new SpectralFilter(6, 4, 3, 1e30, 1e30).PassesAll);
        Assert.True(new SpectralFilter(6, 4, 4, 0, 0).PassesNothing);

        // Ever narrower, it passes the mean alone.
        double[] narrow = new SpectralFilter(6, 4, 4, 1e-3, 1e-3).Gains.ToArray();
        Assert.Equal([1.0], narrow.Where(g => g > 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectralFilter(6, 4, 3, -1, 0.25));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectralFilter(6, 4, 3, 0.25, double.NaN));
    }
}
