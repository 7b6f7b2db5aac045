using System.Text.Json;
using LongTake.Models.Text.Clip;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Text.Clip;

[Trait("Category", "Golden")]
public class ClipTextGoldenTests
{
    public static TheoryData<string> Fixtures => GoldenFixture.Names("clip_text");

    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Features_match_the_reference_implementation(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore weights = Weights(fixture);
        using ClipTextEncoder encoder = new(ConfigOf(fixture), weights);
        using TensorScope scope = TensorScope.Open();
        int seen = 0;
        int[][] ids = Ids(fixture);
        Tensor result = encoder.Run(
            compute,
            ids,
            encoder.Config.ContextLength,
            (block, x) =>
            {
                fixture.AssertClose($"intermediate.text_block{block}", x);
                seen++;
            },
            tokens => fixture.AssertClose("intermediate.text_ln_final", tokens));
        Assert.Equal(encoder.Config.LayerCount, seen);
        fixture.AssertClose("outputs.text_features", result);

        // The public way leaves out what stands behind the last end token.
        fixture.AssertClose("outputs.text_features", encoder.Encode(compute, ids));
    }

    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Scaled_cosines_are_the_reference_logits(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        using ParameterStore weights = Weights(fixture);
        using ClipTextEncoder encoder = new(ConfigOf(fixture), weights);
        using TensorScope scope = TensorScope.Open();
        Tensor texts = encoder.Encode(new Compute(backend), Ids(fixture));
        Tensor images = fixture.Tensor("inputs.image_features");
        double scale = Math.Exp(fixture.Tensor("weights.logit_scale").Span[0]);
        Tensor logits = Tensor.Empty([images.Shape[0], texts.Shape[0]]);
        for (int i = 0; i < images.Shape[0]; i++)
        {
            for (int t = 0; t < texts.Shape[0]; t++)
            {
                logits.Span[(i * texts.Shape[0]) + t] =
                    (float)(scale * System.Numerics.Tensors.TensorPrimitives.CosineSimilarity<float>(images.Row(i).Span, texts.Row(t).Span));
            }
        }
        fixture.AssertClose("outputs.logits_per_image", logits);
    }

    private static ParameterStore Weights(GoldenFixture fixture)
    {
        using ParameterStore all = fixture.Weights();
        ParameterStore tower = new();
        foreach (string name in all.Names.Where(n => n != "logit_scale"))
        {
            tower.Add(name, all[name].Clone());
        }
        return tower;
    }

    private static ClipTextConfig ConfigOf(GoldenFixture fixture)
    {
        JsonElement c = fixture.Config;
        return new ClipTextConfig
        {
            Name = fixture.Name,
            VocabularySize = c.GetProperty("vocab_size").GetInt32(),
            ContextLength = c.GetProperty("context_length").GetInt32(),
            Width = c.GetProperty("transformer_width").GetInt32(),
            LayerCount = c.GetProperty("transformer_layers").GetInt32(),
            HeadCount = c.GetProperty("transformer_heads").GetInt32(),
            EmbeddingDim = c.GetProperty("embed_dim").GetInt32(),
        };
    }

    private static int[][] Ids(GoldenFixture fixture)
    {
        Tensor ids = fixture.Tensor("inputs.ids");
        return [.. Enumerable.Range(0, ids.Shape[0]).Select(p => ids.Row(p).AsSpan<long>().ToArray().Select(id => (int)id).ToArray())];
    }
}
