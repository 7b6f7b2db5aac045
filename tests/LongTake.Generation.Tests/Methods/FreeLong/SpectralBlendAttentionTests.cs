using LongTake.Generation.Methods.FreeLong;
using LongTake.Generation.Spectra;
using LongTake.Generation.Tests.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.FreeLong;

public class SpectralBlendAttentionTests
{
    private static readonly TokenGrid s_grid = new(9, 2, 3);

    [Fact]
    public void The_local_branch_is_attention_under_a_mask_by_frames()
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using SpectralBlendAttention local = new(fixture.Rotary, s_grid, 2, Filter(0));
        float[] truncated = fixture.Full(fixture.FrameMask((i, j) => Math.Abs(i - j) <= 2));
        AttentionFixture.Close(truncated, fixture.Attend(local), 1e-6f);
        using SpectralBlendAttention shifted = new(fixture.Rotary, s_grid, 2, Filter(0), BandEdges.Shift);
        float[] moved = fixture.Full(fixture.FrameMask((i, j) => Math.Abs(Math.Clamp(i, 2, 6) - j) <= 2));
        AttentionFixture.Close(moved, fixture.Attend(shifted), 1e-6f);
        Assert.Equal((0, 5), shifted.Band(0));
        Assert.Equal((0, 3), local.Band(0));
        Assert.Equal((4, 5), shifted.Band(8));
    }

    [Fact]
    public void Both_branches_are_blended_by_frequency()
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using TensorScope scope = TensorScope.Open();
        using SpectralBlendAttention blend = new(fixture.Rotary, s_grid, 2, Filter(0.3));
        using SpectralBlendAttention localOnly = new(fixture.Rotary, s_grid, 2, Filter(0));
        Tensor global = Tensor.From(fixture.Full(), fixture.Q.Shape);
        Tensor local = Tensor.From(fixture.Attend(localOnly), fixture.Q.Shape);
        SpectralBlend.Apply(fixture.Compute.Backend, global, local, Filter(0.3));
        Assert.Equal(local.Span.ToArray(), fixture.Attend(blend));
        Assert.NotEqual(fixture.Full(), fixture.Attend(blend));
    }

    [Fact]
    public void A_filter_that_passes_everything_and_a_reach_over_the_video_are_plain_attention_bit_for_bit()
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using SpectralBlendAttention global = new(fixture.Rotary, s_grid, 2, Filter(1e30));
        using SpectralBlendAttention wide = new(fixture.Rotary, s_grid, 8, Filter(0.25));
        Assert.Equal(fixture.Full(), fixture.Attend(global));
        Assert.Equal(fixture.Full(), fixture.Attend(wide));
    }

    [Fact]
    public void Later_steps_have_the_local_branch_alone()
    {
        using AttentionFixture fixture = new(s_grid);
        using SpectralBlendAttention blend = new(fixture.Rotary, s_grid, 1, Filter(0.25), blendSteps: 0.5);
        using SpectralBlendAttention local = new(fixture.Rotary, s_grid, 1, Filter(0));
        bool[] blends = [.. Enumerable.Range(0, 50).Select(step =>
        {
            blend.BeginStep(step, 50, 0);
            return blend.Blends;
        })];
        Assert.Equal(25, blends.Count(b => b));
        Assert.All(blends[..25], b => Assert.True(b));
        Assert.Equal(fixture.Attend(local), fixture.Attend(blend));
    }

    [Fact]
    public void Results_do_not_depend_on_threads()
    {
        float[] Run(int threads)
        {
            using AttentionFixture fixture = new(new TokenGrid(9, 3, 3), batch: 2, threads);
            using SpectralBlendAttention attention = new(fixture.Rotary, fixture.Grid, 2, new SpectralFilter(9, 3, 3, 0.25, 0.25));
            return fixture.Attend(attention);
        }
        Assert.Equal(Run(1), Run(3));
    }

    private static SpectralFilter Filter(double width) => new(s_grid.Frames, s_grid.Height, s_grid.Width, width, width);
}
