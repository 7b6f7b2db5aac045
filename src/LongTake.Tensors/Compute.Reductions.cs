using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>The sum of all elements, a scalar [].</summary>
    public Tensor Sum(Tensor x) => Reduce(x, 1, x.Count, 1, 1f, []);

    /// <summary>The mean of all elements, a scalar [].</summary>
    public Tensor Mean(Tensor x) => Reduce(x, 1, x.Count, 1, 1f / x.Count, []);

    /// <summary>Sums over one dimension, which disappears (or stays with size 1).</summary>
    public Tensor SumDim(Tensor x, int dim, bool keepDim = false) => ReduceDim(x, dim, keepDim, mean: false);

    /// <summary>Means over one dimension, which disappears (or stays with size 1).</summary>
    public Tensor MeanDim(Tensor x, int dim, bool keepDim = false) => ReduceDim(x, dim, keepDim, mean: true);

    private Tensor ReduceDim(Tensor x, int dim, bool keepDim, bool mean)
    {
        int d = CheckDimension(x, dim, mean ? nameof(MeanDim) : nameof(SumDim));
        Shape shape = x.Shape.With(d, 1);
        if (!keepDim)
        {
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            x.Shape.CopyTo(sizes);
            sizes[(d + 1)..].CopyTo(sizes[d..]);
            shape = Shape.Create(sizes[..(x.Rank - 1)]);
        }
        int n = x.Shape[d];
        return Reduce(x, x.Shape.CountOf(0, d), n, x.Shape.CountOf(d + 1, x.Rank), mean ? 1f / n : 1f, shape);
    }

    private Tensor Reduce(Tensor x, long outer, long count, long inner, float factor, Shape shape)
    {
        Tensor y = Tensor.Empty(shape, x.DType);
        Backend.SumMiddle(x, outer, count, inner, factor, y, add: false);
        if (Records(x))
        {
            RecordReduce(x, outer, count, inner, factor, y);
        }
        return y;
    }

    private void RecordReduce(Tensor x, long outer, long count, long inner, float factor, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.SpreadMiddle(gy, outer, count, inner, factor, tape.GradOf(x)));
    }
}
