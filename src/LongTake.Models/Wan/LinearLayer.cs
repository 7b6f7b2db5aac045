using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>A linear layer: weight [out, in], bias [out], and the adapter that is attached to it, if any.</summary>
internal sealed class LinearLayer(Tensor weight, Tensor bias)
{
    public Tensor Weight { get; } = weight;

    public Tensor Bias { get; } = bias;

    public LowRankPair? Adapter { get; set; }

    /// <summary>activation(x Wᵀ + b).</summary>
    public Tensor Forward(Compute compute, Tensor x, Activation activation = Activation.None)
    {
        if (Adapter is not LowRankPair pair)
        {
            return compute.Linear(x, Weight, Bias, activation);
        }
        Tensor y = pair.AddTo(compute, x, compute.Linear(x, Weight, Bias));
        return activation switch
        {
            Activation.GeluTanh => compute.Gelu(y),
            Activation.Silu => compute.Silu(y),
            _ => y,
        };
    }

    /// <summary>residual + (x Wᵀ + b).</summary>
    public Tensor ForwardAdd(Compute compute, Tensor x, Tensor residual)
    {
        Tensor y = compute.LinearAdd(x, Weight, Bias, residual);
        return Adapter?.AddTo(compute, x, y) ?? y;
    }

    /// <summary>residual + gate * (x Wᵀ + b), the gate being a row of a modulation.</summary>
    public Tensor ForwardGateAdd(Compute compute, Tensor x, Tensor residual, Tensor modulation, int gateRow)
    {
        Tensor y = compute.LinearGateAdd(x, Weight, Bias, residual, modulation, gateRow);
        return Adapter is LowRankPair pair ? compute.GateAdd(y, pair.Delta(compute, x), modulation, gateRow) : y;
    }
}
