namespace LongTake.Tensors.Backends;

public abstract partial class Backend
{
    /// <summary>y = softmax(scale q kᵀ + bias, masked) v, per sample and head.</summary>
    /// <param name="q">[B, Nq, H, D].</param>
    /// <param name="k">[B, Nk, H, D].</param>
    /// <param name="v">[B, Nk, H, D].</param>
    /// <param name="y">[B, Nq, H, D].</param>
    /// <param name="options">Scale, bias, mask, key lengths and factors by distance.</param>
    /// <param name="logSumExp">[B, H, Nq]: receives the logarithm of each softmax denominator (0 for a query that sees nothing), or null.</param>
    public abstract void Attention(Tensor q, Tensor k, Tensor v, Tensor y, in AttentionOptions options, Tensor? logSumExp);

    /// <summary>Adds to those gradients of attention that are not null.</summary>
    /// <param name="q">[B, Nq, H, D].</param>
    /// <param name="k">[B, Nk, H, D].</param>
    /// <param name="v">[B, Nk, H, D].</param>
    /// <param name="y">The result of the forward pass.</param>
    /// <param name="dy">Its gradient.</param>
    /// <param name="logSumExp">[B, H, Nq] from the forward pass.</param>
    /// <param name="options">As in the forward pass.</param>
    /// <param name="gradients">Where to add.</param>
    public abstract void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor y, Tensor dy, Tensor logSumExp, in AttentionOptions options, in AttentionGradients gradients);
}

/// <summary>The gradients that an attention backward pass adds to; null for those not wanted.</summary>
/// <param name="Q">[B, Nq, H, D].</param>
/// <param name="K">[B, Nk, H, D].</param>
/// <param name="V">[B, Nk, H, D].</param>
/// <param name="Bias">[H, Nq, Nk].</param>
public readonly record struct AttentionGradients(Tensor? Q, Tensor? K, Tensor? V, Tensor? Bias);
