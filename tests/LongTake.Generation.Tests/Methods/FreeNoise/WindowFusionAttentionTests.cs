using LongTake.Generation.Methods.FreeNoise;
using LongTake.Generation.Tests.Windows;
using LongTake.Generation.Windows;
using LongTake.Models.Wan;

namespace LongTake.Generation.Tests.Methods.FreeNoise;

public class WindowFusionAttentionTests
{
    [Theory]
    [InlineData(14, 6, 2)]
    [InlineData(13, 5, 5)]
    [InlineData(11, 4, 3)]
    public void Windows_are_attended_to_by_themselves_and_averaged(int frames, int window, int stride)
    {
        using AttentionFixture fixture = new(new TokenGrid(frames, 2, 3), batch: 2);
        using WindowFusionAttention attention = new(fixture.Rotary, fixture.Grid, window, stride);
        int size = fixture.Grid.TokensPerFrame * AttentionFixture.Heads * AttentionFixture.Width;
        double[] sum = new double[2 * frames * size];
        double[] weight = new double[frames];
        foreach (int start in SlidingWindows.Starts(frames, window, stride))
        {
            float[][] alone = fixture.Window(start, window);
            for (int f = 0; f < window; f++)
            {
                double w = Math.Min(f + 1, window - f);
                weight[start + f] += w;
                for (int b = 0; b < 2; b++)
                {
                    for (int i = 0; i < size; i++)
                    {
                        sum[(((b * frames) + start + f) * size) + i] += w * alone[b][(f * size) + i];
                    }
                }
            }
        }
        float[] expected = [.. sum.Select((s, i) => (float)(s / weight[i / size % frames]))];
        AttentionFixture.Close(expected, fixture.Attend(attention), 1e-6f);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(30)]
    public void A_window_of_the_whole_video_is_plain_attention_bit_for_bit(int window)
    {
        using AttentionFixture fixture = new(new TokenGrid(8, 2, 3), batch: 2);
        using WindowFusionAttention attention = new(fixture.Rotary, fixture.Grid, window, 3);
        Assert.Equal(fixture.Full(), fixture.Attend(attention));
    }

    [Fact]
    public void Results_do_not_depend_on_threads()
    {
        float[] Run(int threads)
        {
            using AttentionFixture fixture = new(new TokenGrid(9, 3, 3), batch: 2, threads);
            using WindowFusionAttention attention = new(fixture.Rotary, fixture.Grid, 4, 2);
            return fixture.Attend(attention);
        }
        Assert.Equal(Run(1), Run(3));
    }
}
