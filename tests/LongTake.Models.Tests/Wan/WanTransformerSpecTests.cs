using System.Text.Json;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Wan;

public sealed class WanTransformerSpecTests
{
    [GoldenTheory]
    [Trait("Category", "Golden")]
    [InlineData("wan2.1_t2v_1.3b_dit")]
    [InlineData("wan2.1_t2v_14b_dit")]
    public void Names_and_shapes_are_those_of_the_published_checkpoint(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("wan_keys", name + ".json")));
        JsonElement json = document.RootElement;
        IReadOnlyList<ParameterSpec> specs = WanTransformer.Specs(WanTransformerConfig.Parse(json.GetProperty("config"), name));

        string[] expected =
        [
            .. json.GetProperty("keys").EnumerateArray().Select(k =>
                $"{k.GetProperty("key").GetString()} [{string.Join(", ", k.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()))}]"),
        ];
        Assert.Equal(expected, specs.Select(s => $"{s.Name} {s.Shape}"));
        Assert.Equal(json.GetProperty("parameter_count").GetInt64(), specs.Sum(s => s.Shape.Count));
    }

    [Fact]
    public void Initial_values_are_those_of_the_original()
    {
        WanTransformerConfig config = TinyTransformer.Config with { Dim = 96, TextDim = 80, FreqDim = 64 };
        using ParameterStore parameters = ParameterStore.CreateRandom(WanTransformer.Specs(config), 1);

        AssertUniform("blocks.0.ffn.0.weight", Math.Sqrt(6.0 / (config.Dim + config.FfnDim)));
        AssertUniform("patch_embedding.weight", Math.Sqrt(6.0 / (config.PatchInputSize + config.Dim)));
        AssertUniform("patch_embedding.bias", 1 / Math.Sqrt(config.PatchInputSize));
        AssertNormal("text_embedding.0.weight", 0.02);
        AssertNormal("time_embedding.2.weight", 0.02);
        AssertNormal("blocks.1.modulation", 1 / Math.Sqrt(config.Dim));
        Assert.All(parameters["head.head.weight"].Span.ToArray(), v => Assert.Equal(0, v));
        Assert.All(parameters["blocks.0.cross_attn.v.bias"].Span.ToArray(), v => Assert.Equal(0, v));
        Assert.All(parameters["blocks.0.self_attn.norm_q.weight"].Span.ToArray(), v => Assert.Equal(1, v));

        void AssertUniform(string name, double bound)
        {
            float[] values = parameters[name].Span.ToArray();
            Assert.InRange(values.Max(Math.Abs), 0.9 * bound, bound * (1 + 1e-6));
        }

        void AssertNormal(string name, double deviation)
        {
            double actual = Math.Sqrt(parameters[name].Span.ToArray().Average(v => (double)v * v));
            Assert.InRange(actual, 0.85 * deviation, 1.15 * deviation);
        }
    }

    [Fact]
    public void Missing_unknown_and_misshaped_parameters_are_named()
    {
        using ParameterStore parameters = TinyTransformer.RandomParameters();
        Assert.Contains("'blocks.2.modulation'", Message(TinyTransformer.Config with { LayerCount = 3 }), StringComparison.Ordinal);
        Assert.Contains("'blocks.1.modulation'", Message(TinyTransformer.Config with { LayerCount = 1 }), StringComparison.Ordinal);
        Assert.Contains("'blocks.0.ffn.0.weight'", Message(TinyTransformer.Config with { FfnDim = 8 }), StringComparison.Ordinal);

        parameters.Add("freqs", Tensor.Zeros([4]));
        using WanTransformer transformer = new(TinyTransformer.Config, parameters);

        string Message(WanTransformerConfig config) => Assert.Throws<ArgumentException>(() => new WanTransformer(config, parameters)).Message;
    }
}
