using LongTake.Models.Text.Umt5;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Text;

public class Umt5ConfigTests
{
    [Fact]
    public void Sizes_are_read_off_the_tensors_of_a_checkpoint()
    {
        TensorInfo[] tensors = [.. Umt5Encoder.Specs(Umt5Config.Xxl).Select(s => new TensorInfo(s.Name, DType.BF16, s.Shape))];
        Assert.Equal(Umt5Config.Xxl, Umt5Config.FromTensors(tensors));
    }

    [Fact]
    public void Other_checkpoints_are_refused_by_what_they_lack()
    {
        string message = Assert.Throws<CheckpointException>(() => Umt5Config.FromTensors([new("shared.weight", DType.F32, [4, 4])], "x.pth")).Message;
        Assert.Contains("x.pth", message, StringComparison.Ordinal);
        Assert.Contains("token_embedding.weight", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_goes_there_and_back() => Assert.Equal(Umt5Config.Xxl, Umt5Config.Parse(Umt5Config.Xxl.ToJson()));

    [Fact]
    public void The_configuration_of_transformers_is_understood() => Assert.Equal(Umt5Config.Xxl, Umt5Config.Parse("""
        { "model_type": "umt5", "d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 24, "num_heads": 64, "vocab_size": 256384,
          "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06 }
        """));

    [Theory]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}", "'vocab_size'")]
    [InlineData("{\"d_model\": 8, \"model_type\": \"bert\"}", "'bert'")]
    [InlineData("{\"vocab_size\": \"many\"}", "not a size")]
    [InlineData("{\"vocab_size\": 9999999999}", "not a size")]
    [InlineData("{\"vocab_size\": 9, \"dim\": 0, \"dim_attn\": 8, \"dim_ffn\": 8, \"num_heads\": 2, \"num_layers\": 1}", "dim is 0")]
    [InlineData("{\"vocab_size\": 9, \"dim\": 8, \"dim_attn\": 9, \"dim_ffn\": 8, \"num_heads\": 2, \"num_layers\": 1}", "does not divide")]
    [InlineData("{\"vocab_size\": 9, \"dim\": 8, \"dim_attn\": 8, \"dim_ffn\": 8, \"num_heads\": 2, \"num_layers\": 1, \"num_buckets\": 6}", "multiple of 4")]
    [InlineData("{\"vocab_size\": 9, \"dim\": 8, \"dim_attn\": 8, \"dim_ffn\": 8, \"num_heads\": 2, \"num_layers\": 1, \"eps\": \"x\"}", "not a number")]
    [InlineData("{\"vocab_size\": 9, \"dim\": 8, \"dim_attn\": 8, \"dim_ffn\": 8, \"num_heads\": 2, \"num_layers\": 1, \"eps\": 0}", "eps is 0")]
    public void Unusable_configurations_are_refused(string json, string expected)
    {
        string message = Assert.Throws<CheckpointException>(() => Umt5Config.Parse(json, "config.json")).Message;
        Assert.Contains("config.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("no/such/config.json", Assert.Throws<CheckpointException>(() => Umt5Config.Load("no/such/config.json")).Message, StringComparison.Ordinal);
}
