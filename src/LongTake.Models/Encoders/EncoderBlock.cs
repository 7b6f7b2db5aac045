using LongTake.Tensors;

namespace LongTake.Models.Encoders;

/// <summary>
/// A block of the plain pre-norm transformer that DINO and both towers of CLIP are made of: x += attention(norm1 x), x += mlp(norm2 x).
/// Source: spec metric-models, section 0.1; LayerScale, section 8.
/// </summary>
internal sealed class EncoderBlock
{
    public required int Heads { get; init; }

    /// <summary>Exact GELU in DINO and OpenCLIP, QuickGELU in OpenAI's CLIP; they are not interchangeable.</summary>
    public required UnaryFunction Activation { get; init; }

    public required NormWeights Norm1 { get; init; }

    /// <summary>Rows: all heads of the queries, then of the keys, then of the values.</summary>
    public required LinearWeights Qkv { get; init; }

    public required LinearWeights Projection { get; init; }

    /// <summary>[d], multiplies what the attention adds; null for 1.</summary>
    public Tensor? Scale1 { get; init; }

    public required NormWeights Norm2 { get; init; }

    public required LinearWeights Up { get; init; }

    public required LinearWeights Down { get; init; }

    /// <summary>[d], multiplies what the feed-forward adds; null for 1.</summary>
    public Tensor? Scale2 { get; init; }

    /// <summary>Runs the block.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="x">[B, N, d].</param>
    /// <param name="mask">U8 [N, N], 1 where a token sees another; null where all see all.</param>
    /// <returns>[B, N, d].</returns>
    public Tensor Forward(Compute compute, Tensor x, Tensor? mask = null)
    {
        using OperationScope scope = compute.Scope();
        return scope.Keep(FeedForward(compute, Attend(compute, x, mask)));
    }

    private Tensor Attend(Compute compute, Tensor x, Tensor? mask)
    {
        using OperationScope scope = compute.Scope();
        int width = x.Shape[2];
        Shape heads = [x.Shape[0], x.Shape[1], Heads, width / Heads];
        Tensor qkv = Qkv.Apply(compute, Norm1.Apply(compute, x));
        Tensor q = compute.Reshape(compute.Slice(qkv, 2, 0, width), heads);
        Tensor k = compute.Reshape(compute.Slice(qkv, 2, width, width), heads);
        Tensor v = compute.Reshape(compute.Slice(qkv, 2, 2 * width, width), heads);
        Tensor y = compute.Attention(q, k, v, new AttentionOptions { Mask = mask });
        return scope.Keep(Add(compute, compute.Reshape(y, x.Shape), Projection, Scale1, x));
    }

    private Tensor FeedForward(Compute compute, Tensor x)
    {
        using OperationScope scope = compute.Scope();
        Tensor hidden = compute.Apply(Activation, Up.Apply(compute, Norm2.Apply(compute, x)));
        return scope.Keep(Add(compute, hidden, Down, Scale2, x));
    }

    private static Tensor Add(Compute compute, Tensor x, LinearWeights layer, Tensor? scale, Tensor residual) => scale is null
        ? compute.LinearAdd(x, layer.Weight, layer.Bias, residual)
        : compute.Add(residual, compute.Mul(layer.Apply(compute, x), scale));
}
