namespace LongTake.Tensors.Backends;

/// <summary>What a linear layer does with x Wᵀ + b: y = residual + gate * activation(x Wᵀ + b), each part optional.</summary>
public readonly record struct LinearEpilogue
{
    /// <summary>Applied first.</summary>
    public Activation Activation { get; init; }

    /// <summary>Receives x Wᵀ + b, same shape as the result; the backward pass needs it.</summary>
    public Tensor? PreActivation { get; init; }

    /// <summary>Added last, same shape as the result.</summary>
    public Tensor? Residual { get; init; }

    /// <summary>[B, G, R, d]: rows of one group of tokens; row <see cref="GateRow"/> multiplies. Token n of sample b belongs to group n / (N / G).</summary>
    public Tensor? Modulation { get; init; }

    /// <summary>Which row of <see cref="Modulation"/> is the gate.</summary>
    public int GateRow { get; init; }
}

public abstract partial class Backend
{
    /// <summary>y = epilogue(x Wᵀ + b).</summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K]; F32, BF16 or F16.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="y">[..., N].</param>
    /// <param name="epilogue">Activation, residual and gate.</param>
    public abstract void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y, in LinearEpilogue epilogue);

    /// <summary>Gradients of x Wᵀ + b: dx += dy W, dW += dyᵀ x, db += column sums of dy; those that are not null.</summary>
    public abstract void LinearBackward(Tensor x, Tensor weight, Tensor dy, Tensor? dx, Tensor? dWeight, Tensor? dBias);

    /// <summary>Writes dx = dy * activation'(x).</summary>
    public abstract void ActivationBackward(Activation activation, Tensor x, Tensor dy, Tensor dx);

    /// <summary>Gradients of gate * z: writes dz = dy * gate and adds dy * z, summed over each group's tokens, to the gate row of <paramref name="dModulation"/>.</summary>
    /// <param name="z">[B, N, d].</param>
    /// <param name="modulation">[B, G, R, d].</param>
    /// <param name="gateRow">Row of the gate.</param>
    /// <param name="dy">[B, N, d].</param>
    /// <param name="dz">[B, N, d].</param>
    /// <param name="dModulation">[B, G, R, d], or null.</param>
    public abstract void LinearGateBackward(Tensor z, Tensor modulation, int gateRow, Tensor dy, Tensor dz, Tensor? dModulation);

    /// <summary>Adds <paramref name="dy"/> to <paramref name="dResidual"/>.</summary>
    public abstract void LinearResidualBackward(Tensor dy, Tensor dResidual);

    /// <summary>c = op(a) op(b) over equal leading dimensions (or a shared 2-D b), or c += when <paramref name="accumulate"/>.</summary>
    /// <param name="a">[..., M, K], or [..., K, M] when transposed.</param>
    /// <param name="b">[..., K, N] or [K, N], or [..., N, K] or [N, K] when transposed.</param>
    /// <param name="c">[..., M, N]; a 2-D c with batched a and b receives the sum over the batch.</param>
    /// <param name="transposeA">Whether a is stored transposed.</param>
    /// <param name="transposeB">Whether b is stored transposed.</param>
    /// <param name="accumulate">Add to c.</param>
    public abstract void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate);
}
