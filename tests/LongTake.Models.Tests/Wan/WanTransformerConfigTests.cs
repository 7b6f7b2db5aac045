using LongTake.Models.Wan;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Wan;

public sealed class WanTransformerConfigTests
{
    [Fact]
    public void Original_configuration_leaves_out_what_never_varies()
    {
        WanTransformerConfig config = WanTransformerConfig.Parse("""
            {"_class_name": "WanModel", "model_type": "t2v", "dim": 1536, "ffn_dim": 8960, "freq_dim": 256, "in_dim": 16,
             "out_dim": 16, "num_heads": 12, "num_layers": 30, "text_len": 512, "eps": 1e-06}
            """);
        Assert.Equal(WanTransformerConfig.Wan21Small, config);
        Assert.Equal(128, config.HeadDim);
    }

    [Fact]
    public void Diffusers_configuration_says_the_same_in_other_names()
    {
        WanTransformerConfig config = WanTransformerConfig.Parse("""
            {"_class_name": "WanTransformer3DModel", "patch_size": [1, 2, 2], "num_attention_heads": 40, "attention_head_dim": 128,
             "in_channels": 16, "out_channels": 16, "text_dim": 4096, "freq_dim": 256, "ffn_dim": 13824, "num_layers": 40,
             "cross_attn_norm": true, "qk_norm": "rms_norm_across_heads", "eps": 1e-06, "image_dim": null,
             "added_kv_proj_dim": null, "rope_max_seq_len": 1024, "pos_embed_seq_len": null}
            """);
        Assert.Equal(WanTransformerConfig.Wan21Large, config);
    }

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"dim": 64}""", "lacks 'ffn_dim'")]
    [InlineData("""{"dim": "x", "ffn_dim": 8, "num_heads": 2, "num_layers": 1}""", "'dim' is x")]
    [InlineData("""{"dim": 10, "ffn_dim": 8, "num_heads": 3, "num_layers": 1}""", "even head dimension")]
    [InlineData("""{"dim": 8, "ffn_dim": 8, "num_heads": 2, "num_layers": 0}""", "num_layers is 0")]
    [InlineData("""{"dim": 8, "ffn_dim": 8, "num_heads": 2, "num_layers": 1, "patch_size": [2, 2, 2]}""", "patch_size")]
    [InlineData("""{"dim": 8, "ffn_dim": 8, "num_heads": 2, "num_layers": 1, "model_type": "i2v"}""", "text-to-video")]
    [InlineData("""{"dim": 8, "ffn_dim": 8, "num_heads": 2, "num_layers": 1, "qk_norm": false}""", "qk_norm")]
    [InlineData("""{"num_attention_heads": 2, "attention_head_dim": 8, "ffn_dim": 8, "num_layers": 1, "image_dim": 1280}""", "image")]
    public void Unusable_configurations_are_refused_with_the_reason(string json, string reason)
    {
        CheckpointException e = Assert.Throws<CheckpointException>(() => WanTransformerConfig.Parse(json, "transformer/config.json"));
        Assert.Contains("transformer/config.json", e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_reported_by_name()
    {
        CheckpointException e = Assert.Throws<CheckpointException>(() => WanTransformerConfig.Load("nowhere/config.json"));
        Assert.Contains("nowhere/config.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Latents_must_divide_into_patches()
    {
        Assert.Equal(new TokenGrid(21, 30, 52), WanTransformerConfig.Wan21Small.GridOf(21, 60, 104));
        ArgumentException e = Assert.Throws<ArgumentException>(() => WanTransformerConfig.Wan21Small.GridOf(21, 61, 104));
        Assert.Contains("multiple of 2", e.Message, StringComparison.Ordinal);
    }
}
