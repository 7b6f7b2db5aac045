using LongTake.Models.Text.Umt5;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Text;

public class Umt5EncoderTests
{
    private static readonly Umt5Config s_config = new()
    {
        VocabularySize = 23,
        Dim = 12,
        AttentionDim = 16,
        FfnDim = 20,
        HeadCount = 2,
        LayerCount = 2,
        BucketCount = 8,
        MaxDistance = 16,
    };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-7, 7)]
    [InlineData(-8, 8)]
    [InlineData(-15, 9)]
    [InlineData(-16, 10)]
    [InlineData(-31, 11)]
    [InlineData(-32, 12)]
    [InlineData(-63, 13)]
    [InlineData(-64, 14)]
    [InlineData(-90, 14)]
    [InlineData(-91, 15)]
    [InlineData(-5000, 15)]
    [InlineData(1, 17)]
    [InlineData(8, 24)]
    [InlineData(128, 31)]
    public void Relative_positions_fall_into_T5_buckets(int relative, int bucket) =>
        Assert.Equal(bucket, new RelativePositionBuckets(32, 128)[relative]);

    [Fact]
    public void A_batch_gives_each_prompt_what_it_gets_alone()
    {
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore weights = ParameterStore.CreateRandom(Umt5Encoder.Specs(s_config), 5);
        using Umt5Encoder encoder = new(s_config, weights);
        int[][] prompts = [[4, 5, 6, 1], [1], [7, 8, 9, 10, 11, 12, 1], [4, 5, 7, 1], [2, 1], [3, 3, 3, 1]];
        using TensorScope scope = TensorScope.Open();
        Tensor batch = encoder.Encode(compute, prompts);
        Assert.Equal([6, 7, s_config.Dim], batch.Shape.ToArray());
        for (int p = 0; p < prompts.Length; p++)
        {
            float[] alone = encoder.Encode(compute, [prompts[p]]).Span.ToArray();
            float[] together = batch.Row(p).Span.ToArray();
            Assert.True(alone.Max(MathF.Abs) > 0.1f);
            for (int i = 0; i < together.Length; i++)
            {
                Assert.Equal(i < alone.Length ? alone[i] : 0f, together[i], 1e-5f);
            }
        }
    }

    [Fact]
    public void Gradients_match_finite_differences_and_both_backends_agree()
    {
        int[][] prompts = [[4, 5, 6, 1], [1], [7, 8, 4, 1]];
        using ParameterStore single = ParameterStore.CreateRandom(Umt5Encoder.Specs(s_config), 6);
        using ParameterStore wide = Convert(single, DType.F64);
        using ReferenceBackend reference = new();
        using CpuBackend cpu = new();
        wide.RequireGrad(true);
        single.RequireGrad(true);
        Backward(reference, wide, prompts);
        Backward(cpu, single, prompts);
        Random random = new(3);
        foreach (string name in wide.Names)
        {
            double[] exact = wide[name].Grad!.AsSpan<double>().ToArray();
            double[] measured = single[name].Grad!.Span.ToArray().Select(g => (double)g).ToArray();
            double size = Math.Max(exact.Max(Math.Abs), 1e-3);
            for (int i = 0; i < exact.Length; i++)
            {
                Assert.True(Math.Abs(exact[i] - measured[i]) < 1e-4 * size, $"{name}[{i}]: {measured[i]} on the processor, {exact[i]} exactly");
            }
            for (int probe = 0; probe < 6; probe++)
            {
                int i = random.Next(exact.Length);
                double slope = (Loss(reference, wide, prompts, name, i, 1e-5) - Loss(reference, wide, prompts, name, i, -1e-5)) / 2e-5;
                Assert.True(Math.Abs(exact[i] - slope) < 1e-6 * size, $"{name}[{i}]: gradient {exact[i]}, slope {slope}");
            }
        }
    }

    [Fact]
    public void Half_precision_weights_stay_as_stored()
    {
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore random = ParameterStore.CreateRandom(Umt5Encoder.Specs(s_config), 7);
        using ParameterStore half = Convert(random, DType.BF16);
        using ParameterStore rounded = Convert(half, DType.F32);
        using Umt5Encoder stored = new(s_config, half);
        using Umt5Encoder widened = new(s_config, rounded);
        using TensorScope scope = TensorScope.Open();
        float[] expected = widened.Encode(compute, [[3, 4, 5, 1]]).Span.ToArray();
        float[] actual = stored.Encode(compute, [[3, 4, 5, 1]]).Span.ToArray();
        Assert.Equal(DType.BF16, half["blocks.0.attn.q.weight"].DType);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-4f);
        }
    }

    [Fact]
    public void Bad_input_is_named()
    {
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore weights = ParameterStore.CreateRandom(Umt5Encoder.Specs(s_config), 5);
        using Umt5Encoder encoder = new(s_config, weights);
        Assert.Contains("no prompt", Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [])).Message, StringComparison.Ordinal);
        Assert.Contains("Prompt 1 has no tokens", Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [[1], []])).Message, StringComparison.Ordinal);
        Assert.Contains("token 23", Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [[23, 1]])).Message, StringComparison.Ordinal);
        Assert.Contains("token -1", Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [[-1]])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'norm.weight' is",
            Assert.Throws<ArgumentException>(() => new Umt5Encoder(s_config, With(weights, "norm.weight", [13]))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'extra'", Assert.Throws<ArgumentException>(() => new Umt5Encoder(s_config, With(weights, "extra", [1]))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'blocks.2.norm1.weight'",
            Assert.Throws<ArgumentException>(() => new Umt5Encoder(s_config with { LayerCount = 3 }, weights)).Message,
            StringComparison.Ordinal);
    }

    private static void Backward(Backend backend, ParameterStore weights, int[][] prompts)
    {
        Compute compute = new(backend);
        using Umt5Encoder encoder = new(s_config, weights);
        using Tape tape = compute.Record();
        Tensor y = encoder.Encode(compute, prompts);
        using Tensor gradient = Tensor.Empty(y.Shape, y.DType);
        for (int i = 0; i < y.Count; i++)
        {
            if (y.DType == DType.F64)
            {
                gradient.AsSpan<double>()[i] = (float)Math.Sin(i);
            }
            else
            {
                gradient.Span[i] = (float)Math.Sin(i);
            }
        }
        tape.Backward(y, gradient);
    }

    private static double Loss(Backend backend, ParameterStore weights, int[][] prompts, string name, int element, double step)
    {
        weights[name].AsSpan<double>()[element] += step;
        using TensorScope scope = TensorScope.Open();
        using Umt5Encoder encoder = new(s_config, weights);
        double[] y = encoder.Encode(new Compute(backend), prompts).AsSpan<double>().ToArray();
        weights[name].AsSpan<double>()[element] -= step;
        return y.Select((v, i) => v * (float)Math.Sin(i)).Sum();
    }

    private static ParameterStore Convert(ParameterStore source, DType type)
    {
        ParameterStore store = new();
        foreach (string name in source.Names)
        {
            store.Add(name, TensorConversion.To(source[name], type));
        }
        return store;
    }

    private static ParameterStore With(ParameterStore source, string name, Shape shape)
    {
        ParameterStore store = new();
        foreach (string other in source.Names.Where(n => n != name))
        {
            store.Add(other, source[other].Clone());
        }
        store.Add(name, Tensor.Zeros(shape));
        return store;
    }
}
