using LongTake.Tensors;

namespace LongTake.Models.Wan;

// Between latents and tokens. Patches span one frame, so frames and rows stay neighbours and move as one dimension.
public sealed partial class WanTransformer
{
    /// <summary>
    /// [B, C, F, H, W] to [B, N, d]: a convolution whose stride is its kernel, done as a linear layer on patches in the
    /// kernel's order (channel slowest, then row, then column). Source: spec wan-model, section 3.1.
    /// </summary>
    private Tensor Patchify(Compute compute, Tensor latents, TokenGrid grid)
    {
        using OperationScope scope = compute.Scope();
        int batch = latents.Shape[0];
        int channels = Config.InChannels;
        int h = Config.PatchHeight;
        int w = Config.PatchWidth;
        Tensor split = compute.Reshape(latents, [batch, channels, grid.Frames * grid.Height, h, grid.Width, w]);
        Tensor patches = compute.Permute(split, [0, 2, 4, 1, 3, 5]);
        patches = compute.Reshape(patches, [batch, grid.Count, Config.PatchInputSize]);
        Tensor weight = compute.Reshape(_patch.Weight, [Config.Dim, Config.PatchInputSize]);
        return scope.Keep(compute.Linear(patches, weight, _patch.Bias));
    }

    /// <summary>
    /// [B, N, patch] to [B, C_out, F, H, W]; here the channel is fastest, unlike in the patch embedding.
    /// Source: spec wan-model, section 3.7.
    /// </summary>
    private Tensor Unpatchify(Compute compute, Tensor tokens, TokenGrid grid)
    {
        using OperationScope scope = compute.Scope();
        int batch = tokens.Shape[0];
        int channels = Config.OutChannels;
        int h = Config.PatchHeight;
        int w = Config.PatchWidth;
        Tensor split = compute.Reshape(tokens, [batch, grid.Frames * grid.Height, grid.Width, h, w, channels]);
        Tensor video = compute.Permute(split, [0, 5, 1, 3, 2, 4]);
        return scope.Keep(compute.Reshape(video, [batch, channels, grid.Frames, grid.Height * h, grid.Width * w]));
    }

    /// <summary>Appends zero tokens to [B, n, c] up to <paramref name="length"/> tokens.</summary>
    private static Tensor PadTokens(Compute compute, Tensor tokens, int length)
    {
        int missing = length - tokens.Shape[1];
        if (missing == 0)
        {
            return tokens;
        }
        Tensor zeros = Tensor.Zeros([tokens.Shape[0], missing, tokens.Shape[2]], tokens.DType);
        return compute.Concat([tokens, zeros], 1);
    }
}
