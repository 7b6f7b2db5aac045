using System.Text.Json;
using LongTake.Models.Checkpoints;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>The key maps against the listings of the full-size checkpoints.</summary>
[Trait("Category", "Golden")]
public class KeyListGoldenTests
{
    [GoldenTheory]
    [InlineData("wan2.1_t2v_1.3b_dit", 825)]
    [InlineData("wan2.1_t2v_14b_dit", 1095)]
    public void Transformer_names_go_both_ways(string name, int count) => Check(name, count, WanKeyMap.ToDiffusers, WanKeyMap.ToOriginal);

    [GoldenFact]
    public void Text_encoder_names_go_both_ways() => Check("umt5_xxl_encoder", 242, Umt5KeyMap.ToTransformers, Umt5KeyMap.ToOriginal);

    private static void Check(string name, int count, Func<string, string?> toConverted, Func<string, string?> toOriginal)
    {
        using JsonDocument listing = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("wan_keys", name + ".json")));
        JsonElement keys = listing.RootElement.GetProperty("keys");
        Assert.Equal(count, keys.GetArrayLength());
        foreach (JsonElement entry in keys.EnumerateArray())
        {
            string key = entry.GetProperty("key").GetString()!;
            string converted = entry.GetProperty("converted_key").GetString()!;
            Assert.Equal(converted, toConverted(key));
            Assert.Equal(key, toOriginal(converted));
        }
    }
}
