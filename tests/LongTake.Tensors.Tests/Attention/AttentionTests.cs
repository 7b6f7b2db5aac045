using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;
using LongTake.Tensors.Tests.MatMul;

namespace LongTake.Tensors.Tests.Attention;

[Trait("Category", "Kernels")]
public class AttentionTests
{
    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(2, 5, 7, 3, 24)]
    [InlineData(1, 48, 192, 2, 32)]
    [InlineData(2, 61, 205, 3, 16)]
    [InlineData(1, 100, 97, 1, 128)]
    [InlineData(1, 230, 130, 5, 20)]
    public void Attention_equals_the_reference(int batch, int queries, int keys, int heads, int width)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Tensor q = Values.Normal([batch, queries, heads, width], 1);
        Tensor k = Values.Normal([batch, keys, heads, width], 2);
        Tensor v = Values.Normal([batch, keys, heads, width], 3);
        Tensor bias = Values.Normal([heads, queries, keys], 4, 2f);
        Tensor mask = Mask(queries, keys, (i, j) => (i + (3 * j)) % 7 < 4 || j == 0);
        int[] lengths = [.. Enumerable.Range(0, batch).Select(b => Math.Max(1, keys - (b * 3) - 2))];
        foreach (AttentionOptions options in new AttentionOptions[]
        {
            default,
            new() { Scale = 0.15f },
            new() { Bias = bias },
            new() { Mask = mask },
            new() { KeyLengths = lengths },
            new() { Bias = bias, Mask = mask, KeyLengths = lengths },
        })
        {
            AttentionOptions precise = options with { Bias = options.Bias is null ? null : Values.ToDouble(options.Bias) };
            Tensor expected = new Compute(new ReferenceBackend()).Attention(Values.ToDouble(q), Values.ToDouble(k), Values.ToDouble(v), precise);
            Tensor actual = new Compute(cpu).Attention(q, k, v, options);
            Assert.True(Values.Error(actual, expected) < 2e-6, $"{options}: {Values.Error(actual, expected)}");
        }
    }

    [Fact]
    public void A_query_that_sees_nothing_gives_zeros()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Tensor q = Values.Normal([1, 70, 2, 16], 1);
        Tensor k = Values.Normal([1, 110, 2, 16], 2);
        AttentionOptions options = new() { Mask = Mask(70, 110, (i, j) => i is not (3 or 60) && j > i) };
        foreach (Backend backend in new Backend[] { cpu, new ReferenceBackend() })
        {
            Tensor y = new Compute(backend).Attention(q, k, k, options);
            Assert.All(y.Span.Slice(3 * 32, 32).ToArray(), v => Assert.Equal(0f, v));
            Assert.All(y.Span.Slice(60 * 32, 32).ToArray(), v => Assert.Equal(0f, v));
            Assert.DoesNotContain(y.Span.Slice(4 * 32, 32).ToArray(), v => v == 0f);
        }
    }

    [Fact]
    public void Large_scores_do_not_overflow()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Tensor q = Values.Normal([1, 9, 1, 8], 1, 300f);
        Tensor v = Values.Normal([1, 9, 1, 8], 2);
        Tensor expected = new Compute(new ReferenceBackend()).Attention(Values.ToDouble(q), Values.ToDouble(q), Values.ToDouble(v));
        Assert.True(Values.Error(new Compute(cpu).Attention(q, q, v), expected) < 1e-5);
    }

    [Theory]
    [InlineData(2, 5, 6, 2, 4)]
    [InlineData(1, 3, 4, 3, 5)]
    public void Gradients_equal_finite_differences(int batch, int queries, int keys, int heads, int width)
    {
        Shape q = [batch, queries, heads, width], k = [batch, keys, heads, width];
        GradientCheck.Check((c, t) => c.Attention(t[0], t[1], t[2], new AttentionOptions { Bias = t[3] }), [q, k, k, [heads, queries, keys]]);
        using Tensor mask = Mask(queries, keys, (i, j) => i != 1 && (i + j) % 3 != 0);
        int[] lengths = [.. Enumerable.Range(0, batch).Select(b => keys - b)];
        GradientCheck.Check((c, t) => c.Attention(t[0], t[1], t[2], new AttentionOptions { Mask = mask, Scale = 0.6f, KeyLengths = lengths }), [q, k, k]);
    }

    [Theory]
    [InlineData(1, 144, 144, 2, 32)]
    [InlineData(2, 130, 200, 2, 24)]
    [InlineData(1, 60, 100, 1, 130)]
    public void Gradients_over_several_tiles_equal_the_reference(int batch, int queries, int keys, int heads, int width)
    {
        Shape q = [batch, queries, heads, width], k = [batch, keys, heads, width];
        using Tensor mask = Mask(queries, keys, (i, j) => j / 48 <= i / 48);
        Values.AssertGradientsAgree((c, t) => c.Attention(t[0], t[1], t[2], new AttentionOptions { Mask = mask, Bias = t[3] }), [q, k, k, [heads, queries, keys]]);
        Values.AssertGradientsAgree((c, t) => c.Attention(t[0], t[1], t[2]), [q, k, k]);
    }

    [Fact]
    public void A_wrong_shape_is_named()
    {
        using TensorScope scope = TensorScope.Open();
        Compute compute = new(new ReferenceBackend());
        Tensor q = Tensor.Zeros([1, 4, 2, 8]);
        Assert.Contains(
            "[1, 4, 3, 8]", Assert.Throws<ArgumentException>(() => compute.Attention(q, Tensor.Zeros([1, 4, 3, 8]), Tensor.Zeros([1, 4, 3, 8]))).Message);
        Assert.Throws<ArgumentException>(() => compute.Attention(q, q, q, new AttentionOptions { KeyLengths = [5] }));
        Assert.Throws<ArgumentException>(() => compute.Attention(q, q, q, new AttentionOptions { Mask = Tensor.Zeros([4, 5], DType.U8) }));
        Assert.Throws<ArgumentException>(() => compute.Attention(q, q, q, new AttentionOptions { Bias = Tensor.Zeros([2, 4, 5]) }));
    }

    private static Tensor Mask(int queries, int keys, Func<int, int, bool> sees)
    {
        Tensor mask = Tensor.Empty([queries, keys], DType.U8);
        for (int i = 0; i < queries; i++)
        {
            for (int j = 0; j < keys; j++)
            {
                mask.AsSpan<byte>()[(i * keys) + j] = sees(i, j) ? (byte)1 : (byte)0;
            }
        }
        return mask;
    }
}
