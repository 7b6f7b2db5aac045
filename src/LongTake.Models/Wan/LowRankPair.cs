using LongTake.Models.Checkpoints;
using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// An adapter (LoRA) of one linear layer: y = x Wᵀ + b + scale (x Aᵀ) Bᵀ. W may be frozen and in half precision; gradients flow to A and B.
/// Source: spec autoregressive-streaming, section 6.4; Hu et al., "LoRA" (2021).
/// </summary>
/// <param name="A">[rank, in].</param>
/// <param name="B">[out, rank].</param>
/// <param name="Scale">alpha / rank.</param>
public sealed record LowRankPair(Tensor A, Tensor B, float Scale)
{
    /// <summary>Adds scale B A to a weight [out, in] in F32: the layer with the adapter merged into it.</summary>
    public void MergeInto(Tensor weight) => LowRankUpdate.Add(weight, B, A, Scale);

    /// <summary>What the adapter adds to a layer's result.</summary>
    internal Tensor Delta(Compute compute, Tensor x) => compute.Linear(Down(compute, x), B);

    /// <summary>The layer's result with what the adapter adds.</summary>
    internal Tensor AddTo(Compute compute, Tensor x, Tensor y) => compute.LinearAdd(Down(compute, x), B, null, y);

    private Tensor Down(Compute compute, Tensor x)
    {
        Tensor down = compute.Linear(x, A);
        return Scale == 1 ? down : compute.Scale(down, Scale);
    }
}
