using LongTake.Tensors;

namespace LongTake.Models.Text.Umt5;

/// <summary>One layer of the encoder: self-attention with a relative position bias of its own, then a gated feed-forward. Source: spec wan-model, section 4.2.</summary>
internal sealed class Umt5Block(Umt5Config config)
{
    // Attention scores are not divided by sqrt(head width).
    private const float Unscaled = 1f;

    public required Tensor Norm1 { get; init; }

    public required Tensor Q { get; init; }

    public required Tensor K { get; init; }

    public required Tensor V { get; init; }

    public required Tensor O { get; init; }

    public required Tensor Norm2 { get; init; }

    public required Tensor Gate { get; init; }

    public required Tensor Up { get; init; }

    public required Tensor Down { get; init; }

    /// <summary>Bias by bucket and head, [buckets, H].</summary>
    public required Tensor Positions { get; init; }

    /// <summary>Runs the layer on packed tokens [N, dim].</summary>
    public Tensor Forward(Compute compute, Tensor x, PackedPrompts prompts)
    {
        using OperationScope scope = compute.Scope();
        return scope.Keep(FeedForward(compute, SelfAttention(compute, x, prompts)));
    }

    private Tensor SelfAttention(Compute compute, Tensor x, PackedPrompts prompts)
    {
        using OperationScope scope = compute.Scope();
        Tensor n = compute.RmsNorm(x, Norm1, config.Eps);
        Tensor q = compute.Linear(n, Q);
        Tensor k = compute.Linear(n, K);
        Tensor v = compute.Linear(n, V);
        Tensor table = compute.Permute(Positions, [1, 0]);
        Tensor[] attended = new Tensor[prompts.Groups.Count];
        for (int g = 0; g < attended.Length; g++)
        {
            PackedPrompts.Group group = prompts.Groups[g];
            Tensor bias = compute.Reshape(compute.Gather(table, 1, group.Buckets), [config.HeadCount, group.Length, group.Length]);
            AttentionOptions options = new() { Scale = Unscaled, Bias = bias };
            Tensor y = compute.Attention(Heads(compute, q, group), Heads(compute, k, group), Heads(compute, v, group), options);
            attended[g] = compute.Reshape(y, [group.Count * group.Length, config.AttentionDim]);
        }
        Tensor all = attended.Length == 1 ? attended[0] : compute.Concat(attended, 0);
        return scope.Keep(compute.LinearAdd(all, O, null, x));
    }

    private Tensor FeedForward(Compute compute, Tensor x)
    {
        using OperationScope scope = compute.Scope();
        Tensor n = compute.RmsNorm(x, Norm2, config.Eps);
        Tensor gate = compute.Linear(n, Gate, null, Activation.GeluTanh);
        Tensor hidden = compute.Mul(gate, compute.Linear(n, Up));
        return scope.Keep(compute.LinearAdd(hidden, Down, null, x));
    }

    private Tensor Heads(Compute compute, Tensor x, PackedPrompts.Group group) => compute.Reshape(
        compute.Rows(x, group.Start, group.Count * group.Length), [group.Count, group.Length, config.HeadCount, config.HeadDim]);
}
