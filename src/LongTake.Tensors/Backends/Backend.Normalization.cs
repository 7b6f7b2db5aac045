namespace LongTake.Tensors.Backends;

/// <summary>
/// Normalisation of rows (the last dimension). A modulation is [B, G, R, d] for activations [B, N, d]: token n of
/// sample b uses group n / (N / G), and each group has R rows of factors.
/// </summary>
public abstract partial class Backend
{
    /// <summary>y = (x - mean) / sqrt(variance + eps) * weight + bias.</summary>
    public abstract void LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float eps, Tensor y);

    /// <summary>Adds to the gradients of <see cref="LayerNorm"/>'s inputs that are wanted (not null).</summary>
    public abstract void LayerNormBackward(Tensor x, Tensor? weight, float eps, Tensor gy, Tensor? gx, Tensor? gWeight, Tensor? gBias);

    /// <summary>y = (x - mean) / sqrt(variance + eps) * (1 + modulation[.., scaleRow, :]) + modulation[.., shiftRow, :].</summary>
    public abstract void LayerNormModulate(Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor y);

    /// <summary>Adds to the gradients of <see cref="LayerNormModulate"/>'s inputs that are wanted (not null).</summary>
    public abstract void LayerNormModulateBackward(
        Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor gy, Tensor? gx, Tensor? gModulation);

    /// <summary>y = x / sqrt(mean of x^2 + eps) * weight.</summary>
    public abstract void RmsNorm(Tensor x, Tensor? weight, float eps, Tensor y);

    /// <summary>Adds to the gradients of <see cref="RmsNorm"/>'s inputs that are wanted (not null).</summary>
    public abstract void RmsNormBackward(Tensor x, Tensor? weight, float eps, Tensor gy, Tensor? gx, Tensor? gWeight);

    /// <summary>y = residual + x * modulation[.., gateRow, :]; y may be residual.</summary>
    public abstract void GateAdd(Tensor residual, Tensor x, Tensor modulation, int gateRow, Tensor y);

    /// <summary>Adds gy * gate to gx and the sums of gy * x over each group's tokens to the gate row of gModulation.</summary>
    public abstract void GateAddBackward(Tensor x, Tensor modulation, int gateRow, Tensor gy, Tensor? gx, Tensor? gModulation);
}
