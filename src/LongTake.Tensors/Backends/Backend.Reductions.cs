namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>
    /// y[o, i] = factor * sum over n of x[o, n, i], for x viewed as [outer, count, inner]; added to y if
    /// <paramref name="add"/>.
    /// </summary>
    public abstract void SumMiddle(Tensor x, long outer, long count, long inner, float factor, Tensor y, bool add);

    /// <summary>y[o, n, i] += factor * x[o, i], for y viewed as [outer, count, inner]: the gradient of <see cref="SumMiddle"/>.</summary>
    public abstract void SpreadMiddle(Tensor x, long outer, long count, long inner, float factor, Tensor y);

    /// <summary>target[i] += sum over leading dimensions of a * b, where target has the trailing dimensions of both.</summary>
    public abstract void AddProductSum(Tensor a, Tensor b, Tensor target);

    /// <summary>y = factor * sum of w * (a - b)^2; w, if given, has one weight for each leading index (its count divides a's).</summary>
    public abstract void SquaredError(Tensor a, Tensor b, Tensor? weights, float factor, Tensor y);

    /// <summary>ga += 2 gy factor w (a - b), gb -= the same; either may be null.</summary>
    public abstract void SquaredErrorBackward(Tensor a, Tensor b, Tensor? weights, float factor, Tensor gy, Tensor? ga, Tensor? gb);
}
