using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Random;

namespace LongTake.Models.Tests.Checkpoints;

public sealed class LoraTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("base_model.model.blocks.0.self_attn.q.lora_A.weight", "base_model.model.blocks.0.self_attn.q.lora_B.weight")]
    [InlineData("base_model.model.model.blocks.0.self_attn.q.lora_A.default.weight", "base_model.model.model.blocks.0.self_attn.q.lora_B.default.weight")]
    [InlineData("transformer.blocks.0.attn1.to_q.lora_A.weight", "transformer.blocks.0.attn1.to_q.lora_B.weight")]
    [InlineData("diffusion_model.blocks.0.self_attn.q.lora_down.weight", "diffusion_model.blocks.0.self_attn.q.lora_up.weight")]
    public void Adapters_of_all_namings_are_merged(string a, string b)
    {
        string path = Save((a, [2, 3], [1, 0, 2, 0, 1, 0]), (b, [2, 2], [1, 2, 3, 4]));
        MemorySource weights = new();
        weights.Add("blocks.0.self_attn.q.weight", Tensor.From([10f, 20, 30, 40, 50, 60], [2, 3])).Add("other.weight", Tensor.From([7f], [1]));
        using LoraSource merged = new(weights, LoraAdapter.Open(path));
        using Tensor w = merged.Load("blocks.0.self_attn.q.weight");
        // B A = [[1, 2, 2], [3, 4, 6]]
        Assert.Equal(new float[] { 11, 22, 32, 43, 54, 66 }, w.Span.ToArray());
        using Tensor other = merged.Load("other.weight");
        Assert.Equal(7f, other.Span[0]);
    }

    [Fact]
    public void Alpha_over_rank_and_strength_scale_the_product()
    {
        (string, Shape, float[])[] pair = [("x.lora_A.weight", [2, 1], [1, 1]), ("x.lora_B.weight", [1, 2], [1, 3])];
        static float Merged(string path, float strength, float? alpha)
        {
            MemorySource weights = new();
            weights.Add("x.weight", Tensor.From([100f], [1, 1]));
            using LoraSource merged = new(weights, LoraAdapter.Open(path), strength, alpha);
            using Tensor w = merged.Load("x.weight");
            return w.Span[0];
        }
        string plain = Save(pair);
        Assert.Equal(104f, Merged(plain, 1, null));
        Assert.Equal(102f, Merged(plain, 0.5f, null));
        Assert.Equal(108f, Merged(plain, 1, 4));
        string withAlpha = Save([.. pair, ("x.alpha", [], [1])]);
        Assert.Equal(102f, Merged(withAlpha, 1, null));
    }

    [Fact]
    public void The_sum_is_taken_in_single_precision_and_rounded_once_to_the_stored_type()
    {
        Shape shape = [17, 33];
        float[] values = new float[shape.Count];
        float[] a = new float[5 * 33];
        float[] b = new float[17 * 5];
        CounterRandom random = new(3, 0);
        random.FillNormal(values);
        random.FillNormal(a);
        random.FillNormal(b);
        using Tensor single = Tensor.From(values, shape);
        MemorySource weights = new();
        weights.Add("x.weight", TensorConversion.To(single, DType.BF16));
        using LoraSource merged = new(weights, LoraAdapter.Open(Save(("x.lora_A.weight", [5, 33], a), ("x.lora_B.weight", [17, 5], b))));
        using Tensor w = merged.Load("x.weight");
        Assert.Equal(DType.BF16, w.DType);
        for (int i = 0; i < 17; i++)
        {
            for (int j = 0; j < 33; j++)
            {
                double sum = (float)(BFloat16)values[(i * 33) + j];
                for (int r = 0; r < 5; r++)
                {
                    sum += (double)b[(i * 5) + r] * a[(r * 33) + j];
                }
                float have = (float)w.AsSpan<BFloat16>()[(i * 33) + j];
                Assert.InRange(have, sum - (Math.Abs(sum) / 128) - 1e-5, sum + (Math.Abs(sum) / 128) + 1e-5);
            }
        }
    }

    [Fact]
    public void Adapters_that_do_not_fit_are_refused()
    {
        using MemorySource weights = new();
        weights.Add("x.weight", [1, 1]);
        using LoraAdapter other = LoraAdapter.Open(Save(("y.lora_A.weight", [1, 1], [1]), ("y.lora_B.weight", [1, 1], [1])));
        Assert.Contains("lack 1 of its 1 layers (y)", Assert.Throws<CheckpointException>(() => new LoraSource(weights, other)).Message, StringComparison.Ordinal);
        using LoraAdapter wide = LoraAdapter.Open(Save(("x.lora_A.weight", [1, 2], [1, 1]), ("x.lora_B.weight", [1, 1], [1])));
        Assert.Contains(
            "is [1, 1] in the base weights and [1, 2] in the adapter",
            Assert.Throws<CheckpointException>(() => new LoraSource(weights, wide)).Message,
            StringComparison.Ordinal);
        Assert.Contains("only half", Refusal(("x.lora_A.weight", [1, 1], [1])), StringComparison.Ordinal);
        Assert.Contains("do not fit as", Refusal(("x.lora_A.weight", [1, 1], [1]), ("x.lora_B.weight", [1, 2], [1, 2])), StringComparison.Ordinal);
        Assert.Contains("it holds the tensor 'x.weight'", Refusal(("x.weight", [1, 1], [1])), StringComparison.Ordinal);
    }

    private string Refusal(params (string, Shape, float[])[] tensors)
    {
        string path = Save(tensors);
        return Assert.Throws<CheckpointException>(() => LoraAdapter.Open(path)).Message;
    }

    private string Save(params (string Name, Shape Shape, float[] Values)[] tensors)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".safetensors");
        using TensorScope scope = TensorScope.Open();
        SafetensorsWriter.Write(path, tensors.Select(t => KeyValuePair.Create(t.Name, Tensor.From(t.Values, t.Shape))));
        return path;
    }
}
