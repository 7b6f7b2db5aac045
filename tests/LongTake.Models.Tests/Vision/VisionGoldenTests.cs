using System.Text.Json;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Vision;

[Trait("Category", "Golden")]
public class VisionGoldenTests
{
    public static TheoryData<string> ClipFixtures => GoldenFixture.Names("clip_vit");

    public static TheoryData<string> DinoFixtures => GoldenFixture.Names("dino_vit");

    [GoldenTheory]
    [MemberData(nameof(ClipFixtures))]
    public void Clip_matches_the_reference_implementation(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        using ParameterStore weights = fixture.Weights();
        JsonElement c = fixture.Config;
        using VisionTransformer network = new(
            new VisionTransformerConfig
            {
                Family = VisionFamily.Clip,
                Name = name,
                ImageSize = c.GetProperty("image_resolution").GetInt32(),
                PatchSize = c.GetProperty("vision_patch_size").GetInt32(),
                Width = c.GetProperty("vision_width").GetInt32(),
                LayerCount = c.GetProperty("vision_layers").GetInt32(),
                HeadCount = c.GetProperty("vision_heads").GetInt32(),
                EmbeddingDim = c.GetProperty("embed_dim").GetInt32(),
            },
            weights);
        using TensorScope scope = TensorScope.Open();
        int seen = 0;
        Tensor result = network.Run(new Compute(backend), fixture.Tensor("inputs.image"), Compare, null);
        fixture.AssertClose("outputs.image_features", result);
        Assert.Equal(network.Config.LayerCount + 1, seen);

        void Compare(int block, Tensor x)
        {
            fixture.AssertClose(block < 0 ? "intermediate.vit_ln_pre" : $"intermediate.vit_block{block}", x);
            seen++;
        }
    }

    [GoldenTheory]
    [MemberData(nameof(DinoFixtures))]
    public void Dino_matches_the_reference_implementation(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        using ParameterStore weights = fixture.Weights();
        JsonElement c = fixture.Config;
        using VisionTransformer network = new(
            new VisionTransformerConfig
            {
                Family = VisionFamily.Dino,
                Name = name,
                ImageSize = c.GetProperty("img_size").GetInt32(),
                PatchSize = c.GetProperty("patch_size").GetInt32(),
                Width = c.GetProperty("embed_dim").GetInt32(),
                LayerCount = c.GetProperty("depth").GetInt32(),
                HeadCount = c.GetProperty("num_heads").GetInt32(),
            },
            weights);
        IReadOnlyList<string> inputs = fixture.TensorNames("inputs.image_");
        Assert.NotEmpty(inputs);
        foreach (string input in inputs)
        {
            string size = input["inputs.image_".Length..];
            using TensorScope scope = TensorScope.Open();
            Compute compute = new(backend);
            Tensor result = network.Run(
                compute,
                fixture.Tensor(input),
                (block, x) =>
                {
                    if (block < 0)
                    {
                        fixture.AssertClose($"intermediate.tokens_in_{size}", x);
                    }
                    if (block == network.Config.LayerCount - 2)
                    {
                        fixture.AssertClose($"outputs.last_attention_cls_{size}", AttentionOfClass(compute, x, weights, network.Config));
                    }
                },
                tokens => fixture.AssertClose($"outputs.tokens_{size}", tokens));
            fixture.AssertClose($"outputs.cls_{size}", result);
        }
    }

    /// <summary>What the class token attends to in the last block, [B, H, N], from the tokens that go into it.</summary>
    private static Tensor AttentionOfClass(Compute compute, Tensor x, ParameterStore weights, VisionTransformerConfig config)
    {
        string block = $"blocks.{config.LayerCount - 1}.";
        Tensor n = compute.LayerNorm(x, weights[block + "norm1.weight"], weights[block + "norm1.bias"], config.Eps);
        Tensor qkv = compute.Linear(n, weights[block + "attn.qkv.weight"], weights[block + "attn.qkv.bias"]);
        int batch = x.Shape[0], tokens = x.Shape[1], heads = config.HeadCount, width = config.Width / heads;
        Tensor q = compute.Reshape(compute.Slice(compute.Slice(qkv, 2, 0, config.Width), 1, 0, 1), [batch, heads, 1, width]);
        Tensor k = compute.Permute(compute.Reshape(compute.Slice(qkv, 2, config.Width, config.Width), [batch, tokens, heads, width]), [0, 2, 1, 3]);
        Tensor scores = compute.Scale(compute.MatMul(q, k, transposeB: true), 1 / MathF.Sqrt(width));
        return compute.Reshape(compute.Softmax(scores), [batch, heads, tokens]);
    }

    [GoldenTheory]
    [MemberData(nameof(DinoFixtures))]
    public void Positions_are_resized_like_the_reference_implementation(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        int patch = fixture.Config.GetProperty("patch_size").GetInt32();
        Tensor stored = fixture.Tensor("weights.pos_embed");
        Tensor image = fixture.Tensor("inputs.image_resized");
        using TensorScope scope = TensorScope.Open();
        Tensor table = stored.View([stored.Shape[1], stored.Shape[2]]);
        using PositionTable positions = new(table, fixture.Config.GetProperty("img_size").GetInt32() / patch);
        Tensor resized = positions.For(image.Shape[2] / patch, image.Shape[3] / patch, image.Shape[2] == image.Shape[3]);
        fixture.AssertClose("intermediate.pos_embed_resized", resized.View(fixture.Tensor("intermediate.pos_embed_resized").Shape));
    }
}
