using System.Text.Json;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Models.Tests.Wan;

public sealed class AttentionMaskTests
{
    [GoldenFact]
    [Trait("Category", "Golden")]
    public void Masks_equal_the_reference()
    {
        using GoldenFixture fixture = GoldenFixture.Load("causal_train_masks");
        int compared = 0;
        foreach (JsonElement c in fixture.Config.GetProperty("cases").EnumerateArray())
        {
            string name = c.GetProperty("name").GetString()!;
            int frames = c.GetProperty("num_frames").GetInt32();
            int tokens = c.GetProperty("frame_seqlen").GetInt32();
            int block = c.GetProperty("num_frame_per_block").GetInt32();
            int local = c.TryGetProperty("local_attn_size", out JsonElement l) ? l.GetInt32() : -1;
            using Tensor mask = name.Contains("teacher_forcing", StringComparison.Ordinal)
                ? AttentionMasks.TeacherForcing(frames, tokens, block)
                : AttentionMasks.BlockCausal(
                    frames, tokens, block, local < 0 ? null : local, name.Contains("first_frame_independent", StringComparison.Ordinal));

            fixture.AssertClose(name, mask);
            compared++;
        }
        Assert.Equal(fixture.TensorNames("outputs.").Count, compared);
    }

    [Fact]
    public void Block_causal_mask_sees_the_own_block_and_what_came_before()
    {
        using Tensor mask = AttentionMasks.BlockCausal(frames: 4, tokensPerFrame: 1, framesPerBlock: 2);
        Assert.Equal("1100 1100 1111 1111", Text(mask));
    }

    [Fact]
    public void Local_window_counts_back_from_the_end_of_the_block()
    {
        using Tensor mask = AttentionMasks.BlockCausal(frames: 4, tokensPerFrame: 1, framesPerBlock: 1, localFrames: 2);
        Assert.Equal("1000 1100 0110 0011", Text(mask));
    }

    [Fact]
    public void First_frame_can_be_a_block_of_its_own()
    {
        using Tensor mask = AttentionMasks.BlockCausal(frames: 5, tokensPerFrame: 1, framesPerBlock: 2, independentFirstFrame: true);
        Assert.Equal("10000 11100 11100 11111 11111", Text(mask));
    }

    [Fact]
    public void Teacher_forcing_shows_clean_blocks_before_the_own_noisy_one()
    {
        using Tensor mask = AttentionMasks.TeacherForcing(frames: 3, tokensPerFrame: 1, framesPerBlock: 1);
        Assert.Equal("100000 110000 111000 000100 100010 110001", Text(mask));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void Sizes_must_be_positive(int frames, int tokens, int block)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AttentionMasks.BlockCausal(frames, tokens, block));
        Assert.Throws<ArgumentOutOfRangeException>(() => AttentionMasks.TeacherForcing(frames, tokens, block));
    }

    private static string Text(Tensor mask)
    {
        int n = mask.Shape[1];
        string all = string.Concat(mask.AsSpan<byte>().ToArray());
        return string.Join(' ', Enumerable.Range(0, mask.Shape[0]).Select(i => all.Substring(i * n, n)));
    }
}
