using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Checkpoints;

[Trait("Category", "Golden")]
public class TransformerCheckpointGoldenTests
{
    private static readonly string[] s_names =
    [
        "blocks.0.ffn.0.weight", "blocks.0.modulation", "blocks.0.self_attn.q.bias", "blocks.0.self_attn.q.weight",
        "blocks.1.ffn.0.weight", "blocks.1.modulation", "blocks.1.self_attn.q.bias", "blocks.1.self_attn.q.weight",
        "head.head.weight", "patch_embedding.weight",
    ];

    [GoldenTheory]
    [InlineData("generator_ema.pt", null, 0.22353f)]
    [InlineData("generator_fsdp.pt", null, 1.99495f)]
    [InlineData("generator_fsdp.pt", "critic", null)]
    [InlineData("legacy.pth", null, null)]
    public void The_generator_comes_out_under_original_names(string file, string? entry, float? firstOfFfn)
    {
        using ITensorSource source = TransformerCheckpoint.Open(GoldenFixture.PathOf("checkpoints", file), entry);
        Assert.Equal(s_names, source.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
        if (firstOfFfn is float expected)
        {
            using Tensor t = source.Load("blocks.0.ffn.0.weight");
            Assert.Equal(expected, t.Span[0], 1e-4f);
        }
    }

    [GoldenFact]
    public void Wrong_entries_and_bare_adapters_are_refused_with_what_is_there()
    {
        string fsdp = GoldenFixture.PathOf("checkpoints", "generator_fsdp.pt");
        Assert.Contains(
            "it holds generator, critic",
            Assert.Throws<CheckpointException>(() => TransformerCheckpoint.Open(fsdp, "generator_ema")).Message,
            StringComparison.Ordinal);
        string lora = GoldenFixture.PathOf("checkpoints", "lora.pt");
        Assert.Contains("adapter (LoRA) only", Assert.Throws<CheckpointException>(() => TransformerCheckpoint.Open(lora)).Message, StringComparison.Ordinal);
        string legacy = GoldenFixture.PathOf("checkpoints", "legacy.pth");
        Assert.Contains(
            "lie at the top level",
            Assert.Throws<CheckpointException>(() => TransformerCheckpoint.Open(legacy, "generator")).Message,
            StringComparison.Ordinal);
    }

    [GoldenFact]
    public void The_adapter_of_a_few_step_model_is_merged_into_its_generator()
    {
        string path = GoldenFixture.PathOf("checkpoints", "lora.pt");
        using LoraSource merged = new(TransformerCheckpoint.Open(GoldenFixture.PathOf("checkpoints", "generator_ema.pt")), LoraAdapter.Open(path));
        using ITensorSource plain = TransformerCheckpoint.Open(GoldenFixture.PathOf("checkpoints", "generator_ema.pt"));
        using TorchCheckpoint adapter = TorchCheckpoint.Open(path);
        foreach (string module in new[] { "blocks.0.self_attn.q", "blocks.0.ffn.0", "blocks.1.self_attn.q", "blocks.1.ffn.0" })
        {
            using Tensor w = merged.Load(module + ".weight");
            using Tensor before = plain.Load(module + ".weight");
            using Tensor a = adapter.Load($"generator_lora/base_model.model.{module}.lora_A.weight");
            using Tensor b = adapter.Load($"generator_lora/base_model.model.{module}.lora_B.weight");
            (int rows, int columns, int rank) = (w.Shape[0], w.Shape[1], a.Shape[0]);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    double sum = before.Span[(i * columns) + j];
                    for (int r = 0; r < rank; r++)
                    {
                        sum += (double)b.Span[(i * rank) + r] * a.Span[(r * columns) + j];
                    }
                    Assert.Equal(sum, w.Span[(i * columns) + j], 1e-5);
                }
            }
        }
    }
}
