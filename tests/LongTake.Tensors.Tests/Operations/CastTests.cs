using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Operations;

public sealed class CastTests : IDisposable
{
    private readonly CpuBackend _cpu = new(2);
    private readonly Compute _compute;
    private readonly TensorScope _scope = TensorScope.Open();

    public CastTests() => _compute = new Compute(_cpu);

    public void Dispose()
    {
        _scope.Dispose();
        _cpu.Dispose();
    }

    public static TheoryData<DType, DType> Pairs
    {
        get
        {
            TheoryData<DType, DType> pairs = [];
            foreach (DType from in Enum.GetValues<DType>())
            {
                foreach (DType to in Enum.GetValues<DType>())
                {
                    pairs.Add(from, to);
                }
            }
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Small_whole_numbers_survive_any_conversion(DType from, DType to)
    {
        float[] values = Enumerable.Range(0, 33).Select(i => (float)(i % 2)).ToArray();
        if (from != DType.Bool && to != DType.Bool)
        {
            // Float8 holds whole numbers up to 8 or 16.
            int numbers = from.IsFloat8() || to.IsFloat8() ? 9 : 101;
            values = Enumerable.Range(0, 20_003).Select(i => (float)(i % numbers)).ToArray();
        }
        Tensor x = _compute.Cast(Tensor.From(values, [values.Length]), from);
        Tensor y = _compute.Cast(_compute.Cast(x, to), DType.F32);
        Assert.Equal(values, y.Span.ToArray());
    }

    [Theory]
    [InlineData(1.00390625f, 1f)] // halfway between two bfloat16 values: to even
    [InlineData(1.01171875f, 1.015625f)]
    [InlineData(3.4e38f, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Bfloat16_rounds_to_nearest_even(float value, float expected)
    {
        Tensor x = Tensor.From([value, value, value], [3]);
        Assert.Equal(expected, _compute.Cast(_compute.Cast(x, DType.BF16), DType.F32).Span[1]);
    }

    [Theory]
    [InlineData(2.7f, 2)]
    [InlineData(-2.7f, -2)]
    [InlineData(1e20f, int.MaxValue)]
    [InlineData(float.NaN, 0)]
    public void Integers_truncate_and_saturate(float value, int expected) =>
        Assert.Equal(expected, _compute.Cast(Tensor.From([value], [1]), DType.I32).AsSpan<int>()[0]);

    [Fact]
    public void Gradients_pass_between_single_and_double_only()
    {
        Tensor x = Tensor.From(GradientCheck.Random(9, 1f, 1, 1), [9]);
        x.RequiresGrad = true;
        using (Tape tape = _compute.Record())
        {
            Assert.False(_compute.Cast(x, DType.BF16).RequiresGrad);
            tape.Backward(_compute.Cast(x, DType.F64), Tensor.From<double>([1, 2, 3, 4, 5, 6, 7, 8, 9], [9]));
        }
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], x.Grad!.Span.ToArray());
        x.Grad!.Dispose();
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Embeddings_of_narrow_tables_are_single_precision(DType type)
    {
        Tensor table = _compute.Cast(Tensor.From(GradientCheck.Random(35, 1f, 1, 1), [5, 7]), type);
        Tensor wide = _compute.Cast(table, DType.F32);
        Tensor y = _compute.Embedding(table, Tensor.From<long>([4, 0, 4], [3]));
        Assert.Equal(DType.F32, y.DType);
        Assert.Equal(wide.Span.Slice(28, 7).ToArray(), y.Span[..7].ToArray());
        Assert.Equal(wide.Span[..7].ToArray(), y.Span.Slice(7, 7).ToArray());
    }
}
