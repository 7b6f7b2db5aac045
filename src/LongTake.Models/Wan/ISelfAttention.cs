using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Decides what the self-attention of one forward call sees: the call's own tokens (<see cref="FullAttention"/>), or
/// those and a cache of the past. Positions are its business too: it gets queries and keys before the rotary embedding.
/// </summary>
public interface ISelfAttention
{
    /// <summary>Attends in one transformer block.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="layer">Index of the block, from 0.</param>
    /// <param name="q">Queries [B, N, H, D], after q/k RMS norm, before rotary embedding.</param>
    /// <param name="k">Keys [B, N, H, D], after q/k RMS norm, before rotary embedding.</param>
    /// <param name="v">Values [B, N, H, D].</param>
    /// <returns>[B, N, H, D]. The inputs are freed after the call: copy what is to be kept.</returns>
    Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v);
}
