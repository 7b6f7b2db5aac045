using LongTake.Tensors;

namespace LongTake.Generation.Noise;

/// <summary>Noise drawn elsewhere, for comparing with other implementations: a whole clip's, and further draws in order of use.</summary>
/// <param name="clip">[B, T, C, H, W]; stays the caller's.</param>
/// <param name="redraws">One tensor of B n C H W numbers a draw, in order of use; they stay the caller's.</param>
/// <param name="offset">Place of the clip's first frame in the video (after context frames that were given).</param>
public sealed class RecordedNoise(Tensor clip, IReadOnlyList<Tensor> redraws, long offset = 0) : INoisePolicy
{
    private int _next;

    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise)
    {
        Shape s = noise.Shape;
        long start = firstFrame - offset;
        if (start < 0 || start + s[1] > clip.Shape[1])
        {
            throw new InvalidOperationException(
                $"The recorded noise has {clip.Shape[1]} latent frames; frames {start}..{start + s[1]} are asked for.");
        }
        int size = checked((int)s.CountOf(2, s.Rank));
        for (int b = 0; b < s[0]; b++)
        {
            clip.Span.Slice(checked((int)((b * clip.Shape[1]) + start)) * size, s[1] * size).CopyTo(noise.Span[(b * s[1] * size)..]);
        }
    }

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise)
    {
        if (_next >= redraws.Count)
        {
            throw new InvalidOperationException($"All {redraws.Count} recorded draws are used up.");
        }
        redraws[_next++].Span.CopyTo(noise.Span);
    }
}
