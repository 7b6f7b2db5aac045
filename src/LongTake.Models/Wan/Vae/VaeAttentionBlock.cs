using LongTake.Tensors;

namespace LongTake.Models.Wan.Vae;

/// <summary>Single-head self-attention over the pixels of each frame, added to its input.</summary>
internal sealed class VaeAttentionBlock(VaeBuilder builder, string name) : IVaeLayer
{
    private readonly Tensor _gamma = builder.Parameter($"{name}.norm.gamma");
    private readonly Tensor _qkvWeight = builder.Parameter($"{name}.to_qkv.weight");
    private readonly Tensor _qkvBias = builder.Parameter($"{name}.to_qkv.bias");
    private readonly Tensor _projWeight = builder.Parameter($"{name}.proj.weight");
    private readonly Tensor _projBias = builder.Parameter($"{name}.proj.bias");

    public Tensor Forward(Compute c, Tensor x, VaeFeatureCache? cache)
    {
        using OperationScope scope = c.Scope();
        Shape s = x.Shape;
        int batch = s[0], channels = s[1], frames = s[2], pixels = s[3] * s[4];
        Tensor qkv = c.Conv2d(c.ChannelRmsNorm(x, _gamma, silu: false), _qkvWeight, _qkvBias);

        // [B, 3, C, T, hw] -> [3, B, T, hw, C]: frames become samples, pixels tokens, and q, k, v rows.
        Tensor rows = c.Permute(c.Reshape(qkv, [batch, 3, channels, frames, pixels]), [1, 0, 3, 4, 2]);
        Shape tokens = [batch * frames, pixels, 1, channels];
        Tensor q = c.Reshape(c.Rows(rows, 0, 1), tokens);
        Tensor k = c.Reshape(c.Rows(rows, 1, 1), tokens);
        Tensor v = c.Reshape(c.Rows(rows, 2, 1), tokens);
        Tensor attended = c.Reshape(c.Attention(q, k, v), [batch, frames, pixels, channels]);
        Tensor planes = c.Reshape(c.Permute(attended, [0, 3, 1, 2]), s);
        return scope.Keep(c.Conv2d(planes, _projWeight, _projBias, residual: x));
    }
}
