using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Unary(UnaryFunction function, Tensor x, Tensor y) => Unary(function, x.F32, null, y.F32, x.Count);

    /// <inheritdoc/>
    public override void UnaryBackward(UnaryFunction function, Tensor x, Tensor gy, Tensor gx) =>
        Unary(function, x.F32, gy.F32, gx.F32, x.Count);

    /// <inheritdoc/>
    public override void Softmax(Tensor x, Tensor y) => Softmax(x, null, y);

    /// <inheritdoc/>
    public override void SoftmaxBackward(Tensor y, Tensor gy, Tensor gx) => Softmax(y, gy.F32, gx);

    private void Softmax(Tensor x, float* gradient, Tensor target)
    {
        int length = x.Shape[-1];
        SoftmaxJob job = new()
        {
            X = x.F32,
            Gradient = gradient,
            Target = target.F32,
            Rows = length == 0 ? 0 : x.Count / length,
            Length = length,
            RowsPerPiece = Pieces.Rows(length),
        };
        Workers.Run(ref job, Pieces.Of(job.Rows, job.RowsPerPiece));
    }

    private void Unary(UnaryFunction function, float* x, float* gradient, float* target, long count)
    {
        switch (function)
        {
            case UnaryFunction.Gelu:
                Unary<GeluKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.GeluExact:
                Unary<GeluExactKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Silu:
                Unary<SiluKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.QuickGelu:
                Unary<QuickGeluKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Sigmoid:
                Unary<SigmoidKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Tanh:
                Unary<TanhKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Relu:
                Unary<ReluKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Exp:
                Unary<ExpKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Log:
                Unary<LogKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Square:
                Unary<SquareKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Sqrt:
                Unary<SqrtKernel>(x, gradient, target, count);
                break;
            case UnaryFunction.Abs:
                Unary<AbsKernel>(x, gradient, target, count);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "Not a function of one number.");
        }
    }

    private void Unary<TFunction>(float* x, float* gradient, float* target, long count)
        where TFunction : struct, IUnaryKernel
    {
        UnaryJob<TFunction> job = new() { X = x, Gradient = gradient, Target = target, Count = count };
        Workers.Run(ref job, Pieces.Of(count, Pieces.Elements));
    }
}
