using LongTake.Models.Checkpoints;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Checkpoints;

public class KeyMapTests
{
    [Theory]
    [InlineData("blocks.7.norm3.weight", "blocks.7.norm2.weight")]
    [InlineData("blocks.0.modulation", "blocks.0.scale_shift_table")]
    [InlineData("head.modulation", "scale_shift_table")]
    [InlineData("blocks.39.self_attn.o.bias", "blocks.39.attn1.to_out.0.bias")]
    [InlineData("blocks.3.cross_attn.norm_k.weight", "blocks.3.attn2.norm_k.weight")]
    [InlineData("time_projection.1.weight", "condition_embedder.time_proj.weight")]
    [InlineData("blocks.12.ffn.2.weight", "blocks.12.ffn.net.2.weight")]
    public void Transformer_names_go_both_ways(string original, string diffusers)
    {
        Assert.Equal(diffusers, WanKeyMap.ToDiffusers(original));
        Assert.Equal(original, WanKeyMap.ToOriginal(diffusers));
    }

    [Theory]
    [InlineData("blocks.0.norm2.weight")]
    [InlineData("blocks.x.modulation")]
    [InlineData("blocks..modulation")]
    [InlineData("blocks.0.self_attn.qq.weight")]
    [InlineData("freqs")]
    [InlineData("")]
    public void Names_of_no_parameter_have_no_other_name(string name) => Assert.Null(WanKeyMap.ToDiffusers(name));

    [Fact]
    public void A_checkpoint_of_either_layout_comes_out_under_original_names()
    {
        using ITensorSource diffusers = WanKeyMap.Normalize(new MemorySource()
            .Add("blocks.0.norm2.weight", [4]).Add("blocks.0.attn1.to_q.weight", [4, 4]).Add("scale_shift_table", [1, 2, 4]).Add("freqs", [8]).Add("odd", [1]));
        Assert.Equal(["blocks.0.norm3.weight", "blocks.0.self_attn.q.weight", "head.modulation", "odd"], diffusers.Tensors.Select(t => t.Name));
        using ITensorSource original = WanKeyMap.Normalize(new MemorySource().Add("blocks.0.norm3.weight", [4]).Add("blocks.0.self_attn.q.weight", [4, 4]));
        Assert.Equal(["blocks.0.norm3.weight", "blocks.0.self_attn.q.weight"], original.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void The_tied_embedding_is_taken_once_and_decoder_parts_are_left_out()
    {
        using ITensorSource both = Umt5KeyMap.Normalize(new MemorySource()
            .Add("shared.weight", [8, 4]).Add("encoder.embed_tokens.weight", [8, 4]).Add("decoder.final_layer_norm.weight", [4]).Add("lm_head.weight", [8, 4]));
        Assert.Equal(["token_embedding.weight"], both.Tensors.Select(t => t.Name));
        using ITensorSource alias = Umt5KeyMap.Normalize(new MemorySource().Add("encoder.embed_tokens.weight", [8, 4]).Add("encoder.final_layer_norm.weight", [4]));
        Assert.Equal(["token_embedding.weight", "norm.weight"], alias.Tensors.Select(t => t.Name));
    }

    [Theory]
    [InlineData("model._fsdp_wrapped_module.blocks.0.ffn.0.weight", "blocks.0.ffn.0.weight")]
    [InlineData("_orig_mod.model.blocks.0._checkpoint_wrapped_module.ffn.0.weight", "blocks.0.ffn.0.weight")]
    [InlineData("model.model.x", "model.x")]
    [InlineData("model.diffusion_model.head.modulation", "head.modulation")]
    [InlineData("blocks.0.ffn.0.weight", "blocks.0.ffn.0.weight")]
    public void Wrapper_prefixes_are_removed(string name, string bare) => Assert.Equal(bare, WrapperPrefixes.Strip(name));

    [Fact]
    public void Two_tensors_for_one_name_are_refused()
    {
        using MemorySource source = new();
        source.Add("model.x", [1]).Add("x", [1]);
        CheckpointException e = Assert.Throws<CheckpointException>(() => new RenamedSource(source, WrapperPrefixes.Strip));
        Assert.Contains("'model.x' and 'x'", e.Message, StringComparison.Ordinal);
    }
}
