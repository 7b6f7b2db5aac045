using System.Text.Json;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>The networks' parameter lists and the key maps against the listings of the full-size checkpoints.</summary>
[Trait("Category", "Golden")]
public class KeyListGoldenTests
{
    [GoldenTheory]
    [InlineData("wan2.1_t2v_1.3b_dit", 825)]
    [InlineData("wan2.1_t2v_14b_dit", 1095)]
    public void Transformer_names_and_shapes_are_those_of_the_checkpoint(string name, int count)
    {
        using JsonDocument listing = Load(name);
        WanTransformerConfig config = WanTransformerConfig.Parse(listing.RootElement.GetProperty("config"));
        Check(listing, count, WanTransformer.Specs(config), WanKeyMap.ToDiffusers, WanKeyMap.ToOriginal);
        Assert.Equal(name.Contains("14b", StringComparison.Ordinal) ? WanTransformerConfig.Wan21Large : WanTransformerConfig.Wan21Small, config);
    }

    [GoldenFact]
    public void Text_encoder_names_and_shapes_are_those_of_the_checkpoint()
    {
        using JsonDocument listing = Load("umt5_xxl_encoder");
        Check(listing, 242, Umt5Encoder.Specs(Umt5Config.Xxl), Umt5KeyMap.ToTransformers, Umt5KeyMap.ToOriginal);
    }

    [GoldenFact]
    public void Autoencoder_names_and_shapes_are_those_of_the_checkpoint()
    {
        using JsonDocument listing = Load("wan2.1_vae");
        WanVaeConfig config = WanVaeConfig.Parse(listing.RootElement.GetProperty("config"));
        Check(listing, 194, WanVae.Specs(config), k => VaeKeyMap.ToDiffusers(k, config), k => VaeKeyMap.ToOriginal(k, config));
    }

    private static JsonDocument Load(string name) => JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("wan_keys", name + ".json")));

    private static void Check(
        JsonDocument listing, int count, IReadOnlyList<ParameterSpec> specs, Func<string, string?> toConverted, Func<string, string?> toOriginal)
    {
        JsonElement keys = listing.RootElement.GetProperty("keys");
        Assert.Equal(count, keys.GetArrayLength());
        Dictionary<string, Shape> shapes = specs.ToDictionary(s => s.Name, s => s.Shape);
        long parameters = 0;
        foreach (JsonElement entry in keys.EnumerateArray())
        {
            string key = entry.GetProperty("key").GetString()!;
            string converted = entry.GetProperty("converted_key").GetString()!;
            Assert.Equal(converted, toConverted(key));
            Assert.Equal(key, toOriginal(converted));
            Assert.True(shapes.Remove(key, out Shape shape), $"The network has no parameter '{key}'.");
            Assert.Equal(entry.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()), shape.ToArray());
            parameters += shape.Count;
        }
        Assert.Empty(shapes);
        Assert.Equal(listing.RootElement.GetProperty("parameter_count").GetInt64(), parameters);
    }
}
