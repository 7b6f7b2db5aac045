using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// One transformer block: modulated self-attention, cross-attention to the text, modulated feed-forward.
/// Source: spec wan-model, section 3.6.
/// </summary>
internal sealed class WanBlock
{
    // Rows of the modulation.
    private const int ShiftAttention = 0;
    private const int ScaleAttention = 1;
    private const int GateAttention = 2;
    private const int ShiftFeedForward = 3;
    private const int ScaleFeedForward = 4;
    private const int GateFeedForward = 5;

    private readonly int _layer;
    private readonly int _heads;
    private readonly int _headDim;
    private readonly float _eps;
    private readonly Tensor _modulation;
    private readonly AttentionLayer _self;
    private readonly AttentionLayer _cross;
    private readonly Tensor _crossNormWeight;
    private readonly Tensor _crossNormBias;
    private readonly LinearLayer _up;
    private readonly LinearLayer _down;

    public WanBlock(WanTransformerConfig config, int layer, WeightReader weights)
    {
        string name = $"blocks.{layer}.";
        _layer = layer;
        _heads = config.HeadCount;
        _headDim = config.HeadDim;
        _eps = config.Eps;
        _modulation = weights.Vector(name + "modulation");
        _self = new AttentionLayer(weights, name + "self_attn.");
        _cross = new AttentionLayer(weights, name + "cross_attn.");
        _crossNormWeight = weights.Vector(name + "norm3.weight");
        _crossNormBias = weights.Vector(name + "norm3.bias");
        _up = weights.Linear(name + "ffn.0");
        _down = weights.Linear(name + "ffn.2");
    }

    /// <summary>Runs the block.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="x">Tokens [B, N, d].</param>
    /// <param name="e0">Modulation by the timestep [B, G, 6, d]; token n uses group n / (N / G).</param>
    /// <param name="text">The prompt.</param>
    /// <param name="attention">What self-attention sees.</param>
    /// <returns>[B, N, d].</returns>
    public Tensor Forward(Compute compute, Tensor x, Tensor e0, TextInput text, ISelfAttention attention)
    {
        using OperationScope scope = compute.Scope();
        Tensor modulation = compute.Add(e0, compute.Reshape(_modulation, _modulation.Shape.Sub(1, 3)));
        x = SelfAttention(compute, x, modulation, attention);
        x = CrossAttention(compute, x, text);
        return scope.Keep(FeedForward(compute, x, modulation));
    }

    /// <summary>Keys and values [B, text_len, H, D] of the cross-attention.</summary>
    public (Tensor Keys, Tensor Values) TextKeysAndValues(Compute compute, Tensor tokens) =>
        (Keys(compute, _cross, tokens), Values(compute, _cross, tokens));

    // Each part has a scope of its own: at full size the intermediates of one part are gigabytes.
    private Tensor SelfAttention(Compute compute, Tensor x, Tensor modulation, ISelfAttention attention)
    {
        using OperationScope scope = compute.Scope();
        Tensor a = compute.LayerNormModulate(x, modulation, ShiftAttention, ScaleAttention, _eps);
        Tensor q = Queries(compute, _self, a);
        Tensor k = Keys(compute, _self, a);
        Tensor v = Values(compute, _self, a);
        Tensor attended = compute.Reshape(attention.Attend(compute, _layer, q, k, v), x.Shape);
        return scope.Keep(_self.O.ForwardGateAdd(compute, attended, x, modulation, GateAttention));
    }

    private Tensor CrossAttention(Compute compute, Tensor x, TextInput text)
    {
        using OperationScope scope = compute.Scope();
        Tensor a = compute.LayerNorm(x, _crossNormWeight, _crossNormBias, _eps);
        Tensor q = Queries(compute, _cross, a);
        Tensor attended = compute.Reshape(text.Attend(compute, _layer, this, q), x.Shape);
        return scope.Keep(_cross.O.ForwardAdd(compute, attended, x));
    }

    private Tensor FeedForward(Compute compute, Tensor x, Tensor modulation)
    {
        using OperationScope scope = compute.Scope();
        Tensor a = compute.LayerNormModulate(x, modulation, ShiftFeedForward, ScaleFeedForward, _eps);
        Tensor hidden = _up.Forward(compute, a, Activation.GeluTanh);
        return scope.Keep(_down.ForwardGateAdd(compute, hidden, x, modulation, GateFeedForward));
    }

    // The RMS norm of queries and keys runs over all heads together, so it comes before the split.
    private Tensor Queries(Compute compute, AttentionLayer layer, Tensor x) =>
        Heads(compute, compute.RmsNorm(layer.Q.Forward(compute, x), layer.NormQ, _eps));

    private Tensor Keys(Compute compute, AttentionLayer layer, Tensor x) =>
        Heads(compute, compute.RmsNorm(layer.K.Forward(compute, x), layer.NormK, _eps));

    private Tensor Values(Compute compute, AttentionLayer layer, Tensor x) =>
        Heads(compute, layer.V.Forward(compute, x));

    private Tensor Heads(Compute compute, Tensor x) => compute.Reshape(x, [x.Shape[0], x.Shape[1], _heads, _headDim]);

    /// <summary>Weights of one attention: four projections and the norms of queries and keys.</summary>
    private readonly struct AttentionLayer(WeightReader weights, string name)
    {
        public LinearLayer Q { get; } = weights.Linear(name + "q");

        public LinearLayer K { get; } = weights.Linear(name + "k");

        public LinearLayer V { get; } = weights.Linear(name + "v");

        public LinearLayer O { get; } = weights.Linear(name + "o");

        public Tensor NormQ { get; } = weights.Vector(name + "norm_q.weight");

        public Tensor NormK { get; } = weights.Vector(name + "norm_k.weight");
    }
}
