using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Layer norm over the last dimension d: (x - mean) / sqrt(variance + eps) * weight + bias.</summary>
    /// <param name="x">[..., d].</param>
    /// <param name="weight">[d], or null for 1.</param>
    /// <param name="bias">[d], or null for 0.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float eps)
    {
        CheckVector(weight, x, "weight");
        CheckVector(bias, x, "bias");
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.LayerNorm(x, weight, bias, eps, y);
        if (Records(x, weight, bias))
        {
            RecordLayerNorm(x, weight, bias, eps, y);
        }
        return y;
    }

    /// <summary>
    /// Layer norm without weights, then (1 + scale) and shift from a modulation: token n of sample b uses the rows
    /// modulation[b, n / (N / G)].
    /// </summary>
    /// <param name="x">[B, N, d].</param>
    /// <param name="modulation">[B, G, R, d], N a multiple of G.</param>
    /// <param name="shiftRow">Which of the R rows is the shift.</param>
    /// <param name="scaleRow">Which of the R rows is the scale.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor LayerNormModulate(Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps)
    {
        CheckModulation(x, modulation, shiftRow);
        CheckModulation(x, modulation, scaleRow);
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.LayerNormModulate(x, modulation, shiftRow, scaleRow, eps, y);
        if (Records(x, modulation))
        {
            RecordLayerNormModulate(x, modulation, shiftRow, scaleRow, eps, y);
        }
        return y;
    }

    /// <summary>x / sqrt(mean of x^2 + eps) * weight over the last dimension.</summary>
    /// <param name="x">[..., d].</param>
    /// <param name="weight">[d], or null for 1.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor RmsNorm(Tensor x, Tensor? weight, float eps)
    {
        CheckVector(weight, x, "weight");
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.RmsNorm(x, weight, eps, y);
        if (Records(x, weight))
        {
            RecordRmsNorm(x, weight, eps, y);
        }
        return y;
    }

    /// <summary>residual + y * gate, with the gate from a modulation (see <see cref="LayerNormModulate"/>).</summary>
    /// <param name="residual">[B, N, d].</param>
    /// <param name="y">[B, N, d].</param>
    /// <param name="modulation">[B, G, R, d], N a multiple of G.</param>
    /// <param name="gateRow">Which of the R rows is the gate.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor GateAdd(Tensor residual, Tensor y, Tensor modulation, int gateRow)
    {
        CheckSame(residual, y);
        CheckModulation(y, modulation, gateRow);
        Tensor result = Tensor.Empty(y.Shape, y.DType);
        Backend.GateAdd(residual, y, modulation, gateRow, result);
        if (Records(residual, y, modulation))
        {
            RecordGateAdd(residual, y, modulation, gateRow, result);
        }
        return result;
    }

    private void RecordLayerNorm(Tensor x, Tensor? weight, Tensor? bias, float eps, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.LayerNormBackward(x, weight, eps, gy, Wanted(tape, x), Wanted(tape, weight), Wanted(tape, bias)));
    }

    private void RecordLayerNormModulate(Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.LayerNormModulateBackward(
            x, modulation, shiftRow, scaleRow, eps, gy, Wanted(tape, x), Wanted(tape, modulation)));
    }

    private void RecordRmsNorm(Tensor x, Tensor? weight, float eps, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.RmsNormBackward(x, weight, eps, gy, Wanted(tape, x), Wanted(tape, weight)));
    }

    private void RecordGateAdd(Tensor residual, Tensor x, Tensor modulation, int gateRow, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            if (residual.RequiresGrad)
            {
                Backend.AddScaled(gy, 1f, tape.GradOf(residual));
            }
            if (x.RequiresGrad || modulation.RequiresGrad)
            {
                Backend.GateAddBackward(x, modulation, gateRow, gy, Wanted(tape, x), Wanted(tape, modulation));
            }
        });
    }
}
