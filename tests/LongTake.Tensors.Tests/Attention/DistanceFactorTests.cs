using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.MatMul;

namespace LongTake.Tensors.Tests.Attention;

[Trait("Category", "Kernels")]
public class DistanceFactorTests
{
    /// <summary>
    /// Sizes at which tiles lie inside, outside and across the window, alone and several a piece; the widths that have vectors of their own.
    /// </summary>
    [Theory]
    [InlineData(1, 1, 1, 1, 1, 0)]
    [InlineData(2, 5, 7, 3, 24, 2)]
    [InlineData(1, 61, 205, 3, 16, 40)]
    [InlineData(1, 230, 460, 2, 20, 100)]
    [InlineData(1, 500, 500, 1, 8, 170)]
    [InlineData(1, 500, 500, 1, 8, 1000)]
    public void The_kernel_equals_the_reference(int batch, int queries, int keys, int heads, int width, int window)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Tensor q = Values.Normal([batch, queries, heads, width], 1);
        Tensor k = Values.Normal([batch, keys, heads, width], 2);
        Tensor v = Values.Normal([batch, keys, heads, width], 3);
        Tensor factors = Factors(queries, keys, d => Math.Abs(d) <= window ? 1f : d % 13 == 0 ? 0.3f : 0.8f);
        int[] lengths = [.. Enumerable.Range(0, batch).Select(b => Math.Max(1, keys - b - 1))];
        foreach (AttentionOptions options in new AttentionOptions[]
        {
            new() { DistanceFactors = factors },
            new() { DistanceFactors = factors, Bias = Values.Normal([heads, queries, keys], 4, 2f) },
            new() { DistanceFactors = factors, KeyLengths = lengths, Scale = 0.4f },
        })
        {
            Tensor expected = Dense(q, k, v, options);
            AttentionOptions precise = options with
            {
                DistanceFactors = Values.ToDouble(factors),
                Bias = options.Bias is null ? null : Values.ToDouble(options.Bias),
            };
            Tensor reference = new Compute(new ReferenceBackend()).Attention(Values.ToDouble(q), Values.ToDouble(k), Values.ToDouble(v), precise);
            Assert.True(Values.Error(new Compute(cpu).Attention(q, k, v, options), expected) < 2e-6);
            Assert.True(Values.Error(reference, expected) < 1e-12);
        }
    }

    [Fact]
    public void Factors_of_one_change_no_bit()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute compute = new(cpu);
        Tensor q = Values.Normal([1, 300, 2, 16], 1);
        Tensor k = Values.Normal([1, 300, 2, 16], 2);
        Tensor plain = compute.Attention(q, k, q);
        Assert.Equal(plain.Span, compute.Attention(q, k, q, new AttentionOptions { DistanceFactors = Factors(300, 300, _ => 1f) }).Span);

        // The same when a piece is worked on because of one factor that no score meets: keys end before it.
        AttentionOptions shorter = new() { KeyLengths = [250] };
        Tensor cut = compute.Attention(q, k, q, shorter);
        Assert.Equal(cut.Span, compute.Attention(q, k, q, shorter with { DistanceFactors = Factors(300, 300, d => d < -249 ? 0.5f : 1f) }).Span);
    }

    [Fact]
    public void Results_do_not_depend_on_threads()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend one = new(1);
        using CpuBackend three = new(3);
        Tensor q = Values.Normal([1, 410, 3, 16], 1);
        AttentionOptions options = new() { DistanceFactors = Factors(410, 410, d => Math.Abs(d) <= 90 ? 1f : 0.9f) };
        Assert.Equal(new Compute(one).Attention(q, q, q, options).Span, new Compute(three).Attention(q, q, q, options).Span);
    }

    [Fact]
    public void Wrong_factors_and_recording_are_refused()
    {
        using TensorScope scope = TensorScope.Open();
        Compute compute = new(new ReferenceBackend());
        Tensor q = Tensor.Zeros([1, 4, 2, 8]);
        AttentionOptions wrong = new() { DistanceFactors = Tensor.Zeros([8]) };
        Assert.Contains("[7]", Assert.Throws<ArgumentException>(() => compute.Attention(q, q, q, wrong)).Message);
        q.RequiresGrad = true;
        using Autograd.Tape tape = compute.Record();
        Assert.Throws<InvalidOperationException>(() => compute.Attention(q, q, q, new AttentionOptions { DistanceFactors = Tensor.Zeros([7]) }));
    }

    private static Tensor Factors(int queries, int keys, Func<int, float> at)
    {
        Tensor factors = Tensor.Empty([queries + keys - 1]);
        for (int n = 0; n < factors.Count; n++)
        {
            factors.Span[n] = at(n - keys + 1);
        }
        return factors;
    }

    /// <summary>The whole score matrix, scaled explicitly, in double precision.</summary>
    private static Tensor Dense(Tensor q, Tensor k, Tensor v, AttentionOptions options)
    {
        Shape s = q.Shape;
        int keys = k.Shape[1], heads = s[2], width = s[3];
        Tensor y = Tensor.Zeros(s, DType.F64);
        double[] scores = new double[keys];
        for (int b = 0; b < s[0]; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < s[1]; i++)
                {
                    int length = options.KeyLengths?[b] ?? keys;
                    double sum = 0;
                    for (int j = 0; j < length; j++)
                    {
                        double score = 0;
                        for (int d = 0; d < width; d++)
                        {
                            score += (double)q.Span[At(s[1], b, i, h) + d] * k.Span[At(keys, b, j, h) + d];
                        }
                        score *= options.Scale ?? (1 / Math.Sqrt(width));
                        score *= score > 0 ? options.DistanceFactors!.Span[i - j + keys - 1] : 1;
                        scores[j] = Math.Exp(score + (options.Bias is Tensor bias ? bias.Span[(((h * s[1]) + i) * keys) + j] : 0));
                        sum += scores[j];
                    }
                    for (int j = 0; j < length; j++)
                    {
                        for (int d = 0; d < width; d++)
                        {
                            y.AsSpan<double>()[At(s[1], b, i, h) + d] += scores[j] / sum * v.Span[At(keys, b, j, h) + d];
                        }
                    }
                }
            }
        }
        return y;

        int At(int tokens, int b, int token, int head) => ((((b * tokens) + token) * heads) + head) * width;
    }
}
