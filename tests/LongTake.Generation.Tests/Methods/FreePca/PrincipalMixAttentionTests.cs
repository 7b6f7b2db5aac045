using LongTake.Generation.Methods.FreePca;
using LongTake.Generation.Tests.Windows;
using LongTake.Generation.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.FreePca;

public class PrincipalMixAttentionTests
{
    private const int Window = 4;
    private const int Stride = 2;

    private static readonly TokenGrid s_grid = new(10, 2, 2);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Windows_are_mixed_with_the_global_branch_and_averaged(int components)
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using PrincipalMixAttention attention = new(fixture.Rotary, s_grid, Window, Stride, components, 250);
        attention.BeginStep(0, 10, 251);
        float[][] global = Global(fixture);
        AttentionFixture.Close(Average(fixture, (b, w, start, alone) =>
        {
            if (w > 0)
            {
                int size = alone.Length / Window;
                PrincipalMix.Apply(fixture.Compute.Backend, alone, global[b].AsSpan(start * size, alone.Length), Window, Math.Min(w, components));
            }
        }), fixture.Attend(attention), 1e-5f);
    }

    [Fact]
    public void Up_to_the_lowest_timestep_windows_are_left_alone()
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using PrincipalMixAttention attention = new(fixture.Rotary, s_grid, Window, Stride, 3, 250);
        attention.BeginStep(0, 10, 250);
        Assert.False(attention.Mixes);
        AttentionFixture.Close(Average(fixture, (_, _, _, _) => { }), fixture.Attend(attention), 1e-6f);
    }

    [Fact]
    public void A_window_of_the_whole_video_is_plain_attention_bit_for_bit()
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using PrincipalMixAttention attention = new(fixture.Rotary, s_grid, 10, 3, 3, 0);
        Assert.Equal(fixture.Full(), fixture.Attend(attention));
    }

    [Fact]
    public void Results_do_not_depend_on_threads()
    {
        float[] Run(int threads)
        {
            using AttentionFixture fixture = new(s_grid, batch: 2, threads);
            using PrincipalMixAttention attention = new(fixture.Rotary, s_grid, Window, Stride, 3, 0);
            return fixture.Attend(attention);
        }
        Assert.Equal(Run(1), Run(3));
    }

    /// <summary>Attention over the whole clip with queries times sqrt(log_W(M)), by sample.</summary>
    private static float[][] Global(AttentionFixture fixture)
    {
        using TensorScope scope = TensorScope.Open();
        using FullAttention full = new(fixture.Rotary, s_grid);
        float sharper = (float)Math.Sqrt(Math.Log(10) / Math.Log(Window));
        Tensor y = full.Attend(fixture.Compute, 0, fixture.Compute.Scale(fixture.Q, sharper), fixture.K, fixture.V);
        return [.. Enumerable.Range(0, 2).Select(b => y.Row(b).Span.ToArray())];
    }

    private static float[] Average(AttentionFixture fixture, Action<int, int, int, float[]> change)
    {
        int size = s_grid.TokensPerFrame * AttentionFixture.Heads * AttentionFixture.Width;
        double[] sum = new double[2 * s_grid.Frames * size];
        int[] count = new int[s_grid.Frames];
        int[] starts = SlidingWindows.Starts(s_grid.Frames, Window, Stride);
        for (int w = 0; w < starts.Length; w++)
        {
            float[][] alone = fixture.Window(starts[w], Window);
            for (int b = 0; b < 2; b++)
            {
                change(b, w, starts[w], alone[b]);
                for (int i = 0; i < alone[b].Length; i++)
                {
                    sum[(((b * s_grid.Frames) + starts[w]) * size) + i] += alone[b][i];
                }
            }
            for (int f = 0; f < Window; f++)
            {
                count[starts[w] + f]++;
            }
        }
        return [.. sum.Select((s, i) => (float)(s / count[i / size % s_grid.Frames]))];
    }
}
