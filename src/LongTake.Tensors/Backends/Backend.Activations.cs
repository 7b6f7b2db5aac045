namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>y = f(x), element by element; y may be x.</summary>
    public abstract void Unary(UnaryFunction function, Tensor x, Tensor y);

    /// <summary>gx += gy * f'(x).</summary>
    public abstract void UnaryBackward(UnaryFunction function, Tensor x, Tensor gy, Tensor gx);

    /// <summary>y = exp(x) / sum of exp(x) over the last dimension, shifted by the row's maximum; y may be x.</summary>
    public abstract void Softmax(Tensor x, Tensor y);

    /// <summary>gx += y * (gy - sum of gy * y), with y the result of <see cref="Softmax"/>.</summary>
    public abstract void SoftmaxBackward(Tensor y, Tensor gy, Tensor gx);
}
