using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>activation(x Wᵀ + b).</summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K], in F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="activation">Applied to the result.</param>
    /// <returns>[..., N].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null, Activation activation = Activation.None)
    {
        CheckLinear(x, weight, bias);
        Tensor y = Tensor.Empty(x.Shape.With(-1, weight.Shape[0]), x.DType);
        if (Records(x, weight, bias))
        {
            RecordLinear(x, weight, bias, activation, y);
        }
        else
        {
            Backend.Linear(x, weight, bias, y, new LinearEpilogue { Activation = activation });
        }
        return y;
    }

    /// <summary>residual + (x Wᵀ + b).</summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">[N, K], in F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="residual">[..., N].</param>
    /// <returns>[..., N].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor LinearAdd(Tensor x, Tensor weight, Tensor? bias, Tensor residual)
    {
        CheckLinear(x, weight, bias);
        CheckResidual(x, weight, residual);
        Tensor y = Tensor.Empty(residual.Shape, x.DType);
        Backend.Linear(x, weight, bias, y, new LinearEpilogue { Residual = residual });
        if (Records(x, weight, bias, residual))
        {
            RecordLinearAdd(x, weight, bias, residual, y);
        }
        return y;
    }

    /// <summary>residual + gate * (x Wᵀ + b), the gate being one row of a modulation per group of tokens.</summary>
    /// <param name="x">[B, N, K].</param>
    /// <param name="weight">[d, K], in F32, BF16, F16, F8E4M3 or F8E5M2.</param>
    /// <param name="bias">[d], or null.</param>
    /// <param name="residual">[B, N, d].</param>
    /// <param name="modulation">[B, G, R, d]; token n of sample b uses group n / (N / G).</param>
    /// <param name="gateRow">Row of the gate, below R.</param>
    /// <returns>[B, N, d].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor LinearGateAdd(Tensor x, Tensor weight, Tensor? bias, Tensor residual, Tensor modulation, int gateRow)
    {
        CheckLinear(x, weight, bias);
        CheckResidual(x, weight, residual);
        CheckGate(residual, modulation, gateRow);
        Tensor y = Tensor.Empty(residual.Shape, x.DType);
        if (Records(x, weight, bias, residual) || Records(modulation))
        {
            RecordLinearGateAdd(x, weight, bias, residual, modulation, gateRow, y);
        }
        else
        {
            Backend.Linear(x, weight, bias, y, new LinearEpilogue { Residual = residual, Modulation = modulation, GateRow = gateRow });
        }
        return y;
    }

    // Closures live in methods of their own, so that the plain path allocates none.
    private void RecordLinear(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor y)
    {
        Tape tape = Tape!;
        CheckTrainable(x, weight);
        if (activation == Activation.None)
        {
            Backend.Linear(x, weight, bias, y, default);
            tape.Add(y, dy => LinearBackward(tape, x, weight, bias, dy));
            return;
        }
        Tensor pre = Tensor.Empty(y.Shape, y.DType);
        Backend.Linear(x, weight, bias, y, new LinearEpilogue { Activation = activation, PreActivation = pre });
        tape.Add(y, dy =>
        {
            using Tensor dPre = Tensor.Empty(dy.Shape, dy.DType);
            Backend.ActivationBackward(activation, pre, dy, dPre);
            LinearBackward(tape, x, weight, bias, dPre);
        });
    }

    private void RecordLinearAdd(Tensor x, Tensor weight, Tensor? bias, Tensor residual, Tensor y)
    {
        Tape tape = Tape!;
        CheckTrainable(x, weight);
        tape.Add(y, dy =>
        {
            ResidualBackward(tape, residual, dy);
            LinearBackward(tape, x, weight, bias, dy);
        });
    }

    private void RecordLinearGateAdd(Tensor x, Tensor weight, Tensor? bias, Tensor residual, Tensor modulation, int gateRow, Tensor y)
    {
        Tape tape = Tape!;
        CheckTrainable(x, weight);
        Tensor pre = Tensor.Empty(y.Shape, y.DType);
        Backend.Linear(x, weight, bias, y, new LinearEpilogue
        {
            PreActivation = pre,
            Residual = residual,
            Modulation = modulation,
            GateRow = gateRow,
        });
        tape.Add(y, dy =>
        {
            ResidualBackward(tape, residual, dy);
            using Tensor dPre = Tensor.Empty(dy.Shape, dy.DType);
            Backend.LinearGateBackward(pre, modulation, gateRow, dy, dPre, modulation.RequiresGrad ? tape.GradOf(modulation) : null);
            LinearBackward(tape, x, weight, bias, dPre);
        });
    }

    private void ResidualBackward(Tape tape, Tensor residual, Tensor dy)
    {
        if (!residual.RequiresGrad)
        {
            return;
        }
        Tensor gradient = tape.GradOf(residual, out bool isUnset);
        if (isUnset)
        {
            Backend.Affine(dy, 1, 0, gradient);
        }
        else
        {
            Backend.LinearResidualBackward(dy, gradient);
        }
    }

    private void LinearBackward(Tape tape, Tensor x, Tensor weight, Tensor? bias, Tensor dy)
    {
        Tensor? dx = null;
        if (x.RequiresGrad && weight.DType == x.DType && x.Rank > 1)
        {
            // Usually the first to ask: written in place of cleared and added to.
            Tensor gradient = tape.GradOf(x, out bool isUnset);
            Backend.MatMul(dy, weight, gradient, transposeA: false, transposeB: false, accumulate: !isUnset);
        }
        else if (x.RequiresGrad)
        {
            dx = tape.GradOf(x);
        }
        Backend.LinearBackward(
            x,
            weight,
            dy,
            dx,
            weight.RequiresGrad ? tape.GradOf(weight) : null,
            bias is { RequiresGrad: true } ? tape.GradOf(bias) : null);
    }

    private static void CheckLinear(Tensor x, Tensor weight, Tensor? bias)
    {
        if (x.Rank < 1 || weight.Rank != 2 || x.Shape[-1] != weight.Shape[1])
        {
            throw new ArgumentException(
                $"A linear layer with weight {weight.Shape} takes [..., {(weight.Rank == 2 ? weight.Shape[1] : "?")}], not {x.Shape}.", nameof(x));
        }
        if (bias is not null && (bias.Count != weight.Shape[0] || bias.DType != x.DType))
        {
            throw new ArgumentException($"A linear layer with weight {weight.Shape} takes a {x.DType} bias [{weight.Shape[0]}], not {bias}.", nameof(bias));
        }
    }

    private static void CheckResidual(Tensor x, Tensor weight, Tensor residual)
    {
        if (residual.Shape != x.Shape.With(-1, weight.Shape[0]))
        {
            throw new ArgumentException($"The residual has shape {residual.Shape}, the layer's result {x.Shape.With(-1, weight.Shape[0])}.", nameof(residual));
        }
    }

    private static void CheckGate(Tensor residual, Tensor modulation, int gateRow)
    {
        Shape s = residual.Shape;
        Shape m = modulation.Shape;
        if (s.Rank != 3 || m.Rank != 4 || m[0] != s[0] || m[3] != s[2] || m[1] == 0 || s[1] % m[1] != 0)
        {
            throw new ArgumentException($"A modulation [B, G, R, d] of {s} = [B, N, d] needs equal B and d and N divisible by G; it is {m}.", nameof(modulation));
        }
        if ((uint)gateRow >= (uint)m[2])
        {
            throw new ArgumentException($"The modulation {m} has no row {gateRow}.", nameof(gateRow));
        }
    }

    private static void CheckTrainable(Tensor x, Tensor weight)
    {
        if (weight.RequiresGrad && weight.DType != x.DType)
        {
            throw new ArgumentException($"A weight that is trained is stored as {x.DType}, not {weight.DType}; cast it first.", nameof(weight));
        }
    }
}
