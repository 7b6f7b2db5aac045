using LongTake.Models.Tests.Vision;
using LongTake.Models.Text.Clip;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Text.Clip;

public class ClipTextEncoderTests
{
    internal static ClipTextConfig Tiny { get; } = new()
    {
        Name = "a tiny CLIP",
        VocabularySize = 20,
        ContextLength = 9,
        Width = 8,
        LayerCount = 2,
        HeadCount = 2,
        EmbeddingDim = 6,
    };

    [Theory]
    [InlineData(UnaryFunction.QuickGelu)]
    [InlineData(UnaryFunction.GeluExact)]
    public void The_network_computes_what_the_specification_says(UnaryFunction activation)
    {
        ClipTextConfig config = Tiny with { Activation = activation };
        using ParameterStore parameters = VisionTransformerTests.Random(ClipTextEncoder.Specs(config));
        using ClipTextEncoder encoder = new(config, parameters);
        using CpuBackend backend = new(1);
        using TensorScope scope = TensorScope.Open();
        int[][] ids = [[18, 4, 5, 7, 19], [18, 19], [18, 3, 2, 1, 0, 3, 2, 1, 19]];
        Tensor result = encoder.Encode(new Compute(backend), ids);
        for (int p = 0; p < ids.Length; p++)
        {
            double[] expected = Scalar(parameters, ids[p], activation == UnaryFunction.GeluExact);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], result.Row(p).Span[i], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    public void Padding_with_either_token_changes_nothing(int pad)
    {
        using ParameterStore parameters = VisionTransformerTests.Random(ClipTextEncoder.Specs(Tiny));
        using ClipTextEncoder encoder = new(Tiny, parameters);
        using CpuBackend backend = new(1);
        Compute compute = new(backend);
        using TensorScope scope = TensorScope.Open();
        float[] bare = encoder.Encode(compute, [[18, 4, 5, 19]]).Span.ToArray();
        Assert.Equal(bare, encoder.Encode(compute, [[18, 4, 5, 19, pad, pad, pad]]).Span.ToArray());
    }

    [Fact]
    public void Unusable_ids_are_refused()
    {
        using ParameterStore parameters = VisionTransformerTests.Random(ClipTextEncoder.Specs(Tiny));
        using ClipTextEncoder encoder = new(Tiny, parameters);
        using CpuBackend backend = new(1);
        Compute compute = new(backend);
        Assert.Contains(
            "Activation",
            Assert.Throws<ArgumentException>(() => ClipTextEncoder.Specs(Tiny with { Activation = UnaryFunction.Silu })).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => encoder.Encode(compute, []));
        Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [[]]));
        Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [new int[10]]));
        Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [[-1]]));
        Assert.Contains(
            "is the vocabulary that of another model?",
            Assert.Throws<ArgumentException>(() => encoder.Encode(compute, [[20]])).Message,
            StringComparison.Ordinal);
    }

    private static double[] Scalar(ParameterStore parameters, int[] ids, bool isExact)
    {
        ScalarEncoder scalar = new(parameters, isClip: true, Tiny.HeadCount, Tiny.Eps, isExact);
        double[] embedding = scalar.Values("token_embedding.weight");
        double[] positions = scalar.Values("positional_embedding");
        int d = Tiny.Width;
        double[][] x = [.. ids.Select((id, n) => Enumerable.Range(0, d).Select(i => embedding[(id * d) + i] + positions[(n * d) + i]).ToArray())];
        for (int i = 0; i < Tiny.LayerCount; i++)
        {
            x = scalar.Block(x, $"transformer.resblocks.{i}.", isCausal: true, hasScales: false);
        }
        return scalar.Project(scalar.Norm(x[^1], "ln_final"), "text_projection");
    }
}
