using LongTake.Generation.Samplers;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// Makes a piece from the middle of a video look like the beginning of one. The first latent of a clip stands for one frame, every other for
/// four; a bidirectional score that has only seen clips reads a piece rightly when its first latent is that of the last frame that it stands for.
/// Source: spec autoregressive-streaming.md 10.2.
/// </summary>
/// <param name="vae">Decodes and encodes; stays the caller's.</param>
internal sealed class ImageLatent(WanVae vae)
{
    /// <summary>Replaces the first latent of a piece.</summary>
    /// <param name="compute">Where to compute; must not be recording.</param>
    /// <param name="before">The chunk before it [B, n, C, H, W], which the decoder has to have seen.</param>
    /// <param name="piece">[B, C, T, H, W].</param>
    /// <returns>[B, C, T, H, W], without gradient.</returns>
    public Tensor Begin(Compute compute, Tensor before, Tensor piece)
    {
        using TensorScope scope = TensorScope.Open();
        Shape s = piece.Shape;
        Tensor clip = piece.Clone();
        Tensor history = Tensor.Empty([s[0], s[1], before.Shape[1], s[3], s[4]]);
        LatentLayout.Swap(before, history);
        Tensor video = vae.Decode(compute, compute.Concat([history, compute.Slice(clip, 2, 0, 1)], 2));
        Tensor image = compute.Slice(video, 2, video.Shape[2] - 1, 1);
        Tensor latent = vae.Encode(compute, compute.Clamp(image, -1, 1));
        int plane = s[3] * s[4];
        for (int i = 0; i < s[0] * s[1]; i++)
        {
            latent.Span.Slice(i * plane, plane).CopyTo(clip.Span[(i * s[2] * plane)..]);
        }
        return scope.Keep(clip);
    }

    /// <summary>Lets the first latent of a piece alone: it is not the one that was judged.</summary>
    /// <param name="direction">[B, C, T, H, W]; changed in place.</param>
    public static void LeaveFirst(Tensor direction)
    {
        Shape s = direction.Shape;
        int plane = s[3] * s[4];
        for (int i = 0; i < s[0] * s[1]; i++)
        {
            direction.Span.Slice(i * s[2] * plane, plane).Clear();
        }
    }
}
