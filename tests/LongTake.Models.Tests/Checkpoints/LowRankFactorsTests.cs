using FsCheck;
using FsCheck.Fluent;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Random;
using Shape = LongTake.Tensors.Shape;

namespace LongTake.Models.Tests.Checkpoints;

public class LowRankFactorsTests
{
    [Fact]
    public void A_product_of_the_rank_is_found_and_no_other_rank_r_matrix_is_nearer()
    {
        Prop.ForAll(Gen.Choose(2, 14).Three().ToArbitrary(), sizes =>
        {
            (int rows, int columns, int seed) = sizes;
            int rank = Math.Max(1, Math.Min(rows, columns) / 2);
            using TensorScope scope = TensorScope.Open();
            Tensor a = Normal(seed, rank, columns), b = Normal(seed + 100, rows, rank), origin = Normal(seed + 200, rows, columns);
            Tensor weight = Sum(origin, b, a);
            Tensor foundA = Tensor.Empty(a.Shape), foundB = Tensor.Empty(b.Shape);
            (double whole, double left) = LowRankFactors.OfDifference(weight, origin, foundA, foundB);
            Tensor again = Sum(origin, foundB, foundA);
            Assert.True(left < 1e-9 * whole);
            Assert.All(weight.Span.ToArray().Zip(again.Span.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-4f));

            // Of a matrix of any rank, what is left is no more than beside other products: those it was disturbed from.
            Tensor disturbed = Sum(weight, Normal(seed + 300, rows, 1), Normal(seed + 400, 1, columns));
            (_, left) = LowRankFactors.OfDifference(disturbed, origin, foundA, foundB);
            Assert.Equal(Distance(disturbed, Sum(origin, foundB, foundA)), left, 1e-3 * (1 + left));
            Assert.True(left <= Distance(disturbed, weight) * 1.0001);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Missing_ranks_are_zeros_and_wrong_shapes_are_refused()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor origin = Normal(1, 6, 5), a = Normal(2, 3, 5), b = Normal(3, 6, 3);
        Assert.Equal((0, 0), LowRankFactors.OfDifference(origin, origin, a, b));
        Assert.All(a.Span.ToArray().Concat(b.Span.ToArray()), v => Assert.Equal(0, v));
        Assert.Throws<ArgumentException>(() => LowRankFactors.OfDifference(origin, origin, b, a));
    }

    [Theory]
    [InlineData("blocks.0.ffn.0.weight", 10, 20, 6, true)]
    [InlineData("blocks.0.ffn.0.weight", 10, 20, 7, false)]
    [InlineData("blocks.0.modulation", 10, 20, 1, false)]
    [InlineData("blocks.0.norm3.weight", 10, 0, 1, false)]
    public void Factors_are_for_matrices_that_they_are_smaller_than(string name, int rows, int columns, int rank, bool saves) =>
        Assert.Equal(saves, LowRankFactors.Saves(name, columns == 0 ? Shape.Create([rows]) : Shape.Create([rows, columns]), rank));

    private static Tensor Normal(int seed, int rows, int columns)
    {
        Tensor t = Tensor.Empty([rows, columns]);
        new CounterRandom((ulong)seed, 0).FillNormal(t.Span);
        return t;
    }

    private static Tensor Sum(Tensor origin, Tensor b, Tensor a)
    {
        Tensor sum = origin.Clone();
        for (int r = 0; r < sum.Shape[0]; r++)
        {
            for (int c = 0; c < sum.Shape[1]; c++)
            {
                for (int k = 0; k < a.Shape[0]; k++)
                {
                    sum.Span[(r * sum.Shape[1]) + c] += b.Span[(r * a.Shape[0]) + k] * a.Span[(k * sum.Shape[1]) + c];
                }
            }
        }
        return sum;
    }

    private static double Distance(Tensor x, Tensor y) => x.Span.ToArray().Zip(y.Span.ToArray()).Sum(p => Math.Pow((double)p.First - p.Second, 2));
}
