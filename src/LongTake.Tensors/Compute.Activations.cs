using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>The tanh form of GELU.</summary>
    public Tensor Gelu(Tensor x) => Apply(UnaryFunction.Gelu, x);

    /// <summary>The exact form of GELU, with the error function.</summary>
    public Tensor GeluExact(Tensor x) => Apply(UnaryFunction.GeluExact, x);

    /// <summary>x * sigmoid(x).</summary>
    public Tensor Silu(Tensor x) => Apply(UnaryFunction.Silu, x);

    /// <summary>1 / (1 + exp(-x)).</summary>
    public Tensor Sigmoid(Tensor x) => Apply(UnaryFunction.Sigmoid, x);

    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh(Tensor x) => Apply(UnaryFunction.Tanh, x);

    /// <summary>max(x, 0).</summary>
    public Tensor Relu(Tensor x) => Apply(UnaryFunction.Relu, x);

    /// <summary>e to the power x.</summary>
    public Tensor Exp(Tensor x) => Apply(UnaryFunction.Exp, x);

    /// <summary>Natural logarithm.</summary>
    public Tensor Log(Tensor x) => Apply(UnaryFunction.Log, x);

    /// <summary>x * x.</summary>
    public Tensor Square(Tensor x) => Apply(UnaryFunction.Square, x);

    /// <summary>Square root.</summary>
    public Tensor Sqrt(Tensor x) => Apply(UnaryFunction.Sqrt, x);

    /// <summary>Absolute value.</summary>
    public Tensor Abs(Tensor x) => Apply(UnaryFunction.Abs, x);

    /// <summary>Applies a function of one number to every element.</summary>
    public Tensor Apply(UnaryFunction function, Tensor x)
    {
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.Unary(function, x, y);
        if (Records(x))
        {
            RecordUnary(function, x, y);
        }
        return y;
    }

    /// <summary>Softmax over the last dimension.</summary>
    /// <exception cref="ArgumentException">The tensor is a scalar.</exception>
    public Tensor Softmax(Tensor x)
    {
        if (x.Rank == 0)
        {
            throw new ArgumentException("Softmax: a scalar has no last dimension.", nameof(x));
        }
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.Softmax(x, y);
        if (Records(x))
        {
            RecordSoftmax(x, y);
        }
        return y;
    }

    private void RecordUnary(UnaryFunction function, Tensor x, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.UnaryBackward(function, x, gy, tape.GradOf(x)));
    }

    private void RecordSoftmax(Tensor x, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.SoftmaxBackward(y, gy, tape.GradOf(x)));
    }
}
