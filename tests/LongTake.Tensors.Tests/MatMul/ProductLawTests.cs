using FsCheck;
using FsCheck.Fluent;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.MatMul;

/// <summary>Laws that products and attention obey for every size.</summary>
public class ProductLawTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(40);

    [Fact]
    public void The_transpose_of_a_product_is_the_product_of_the_transposes_swapped() => ForAll(Sizes(3, 130), s =>
    {
        using CpuBackend cpu = new(2);
        Compute c = new(cpu);
        Tensor a = Values.Normal([s[0], s[2]], 1), b = Values.Normal([s[2], s[1]], 2);
        Tensor product = c.MatMul(a, b);
        Tensor swapped = c.MatMul(b, a, transposeA: true, transposeB: true);
        Tensor back = Tensor.Empty(product.Shape);
        for (int i = 0; i < s[0]; i++)
        {
            for (int j = 0; j < s[1]; j++)
            {
                back.Span[(i * s[1]) + j] = swapped.Span[(j * s[0]) + i];
            }
        }
        return Values.Error(back, product) < 1e-5;
    });

    [Fact]
    public void Attention_to_equal_values_returns_them() => ForAll(Sizes(4, 110), s =>
    {
        using CpuBackend cpu = new(2);
        Tensor q = Values.Normal([1, s[0], s[3] % 3 + 1, s[2]], 1);
        Tensor k = Values.Normal([1, s[1], s[3] % 3 + 1, s[2]], 2);
        Tensor v = Tensor.Empty(k.Shape);
        v.Span.Fill(1.25f);
        Tensor expected = Tensor.Empty(q.Shape);
        expected.Span.Fill(1.25f);
        return Values.Error(new Compute(cpu).Attention(q, k, v), expected) < 2e-6;
    });

    [Fact]
    public void Attention_does_not_depend_on_the_order_of_keys() => ForAll(Sizes(3, 110), s =>
    {
        using CpuBackend cpu = new(2);
        Compute c = new(cpu);
        Tensor q = Values.Normal([1, s[0], 1, s[2]], 1), k = Values.Normal([1, s[1], 1, s[2]], 2), v = Values.Normal([1, s[1], 1, s[2]], 3);
        return Values.Error(c.Attention(q, Reversed(k, s[2]), Reversed(v, s[2])), c.Attention(q, k, v)) < 1e-5;
    });

    private static Tensor Reversed(Tensor t, int row)
    {
        Tensor r = t.Clone();
        for (int i = 0; i < t.Shape[1]; i++)
        {
            t.Span.Slice(i * row, row).CopyTo(r.Span[((t.Shape[1] - 1 - i) * row)..]);
        }
        return r;
    }

    private static Gen<int[]> Sizes(int count, int largest) => Gen.Choose(1, largest).ArrayOf(count);

    private static void ForAll(Gen<int[]> inputs, Func<int[], bool> law) => Prop.ForAll(inputs.ToArbitrary(), input =>
    {
        using TensorScope scope = TensorScope.Open();
        return law(input);
    }).Check(s_config);
}
