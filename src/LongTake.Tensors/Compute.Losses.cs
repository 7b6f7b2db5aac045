using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Mean of (a - b)^2 over all elements, a scalar [].</summary>
    /// <exception cref="ArgumentException">Shapes or types differ.</exception>
    public Tensor MeanSquaredError(Tensor a, Tensor b) => SquaredError(a, b, null);

    /// <summary>Mean over all elements of w (a - b)^2, with one constant weight for each leading index, a scalar [].</summary>
    /// <param name="a">[n, ...] or [n, m, ...].</param>
    /// <param name="b">As <paramref name="a"/>.</param>
    /// <param name="weights">The leading dimensions of <paramref name="a"/>: [n] or [n, m]; no gradient flows to it.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor WeightedMeanSquaredError(Tensor a, Tensor b, Tensor weights)
    {
        CheckSameType(a, weights);
        if (weights.Rank > a.Rank || weights.Shape != a.Shape.Sub(0, weights.Rank))
        {
            throw new ArgumentException(
                $"WeightedMeanSquaredError: the weights {weights} must have the leading dimensions of {a}.", nameof(weights));
        }
        return SquaredError(a, b, weights);
    }

    private Tensor SquaredError(Tensor a, Tensor b, Tensor? weights)
    {
        CheckSame(a, b, nameof(MeanSquaredError));
        Tensor y = Tensor.Empty([], a.DType);
        float factor = 1f / a.Count;
        Backend.SquaredError(a, b, weights, factor, y);
        if (Records(a, b))
        {
            RecordSquaredError(a, b, weights, factor, y);
        }
        return y;
    }

    private void RecordSquaredError(Tensor a, Tensor b, Tensor? weights, float factor, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.SquaredErrorBackward(a, b, weights, factor, gy, Wanted(tape, a), Wanted(tape, b)));
    }
}
