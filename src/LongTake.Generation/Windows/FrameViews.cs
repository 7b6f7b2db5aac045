using LongTake.Tensors;

namespace LongTake.Generation.Windows;

/// <summary>Frames of tokens without copies: tokens are ordered frame by frame, so those of some frames lie together.</summary>
internal static class FrameViews
{
    /// <summary>Some frames of one sample as a batch of one. The view belongs to the innermost open scope.</summary>
    /// <param name="x">[B, N, H, D].</param>
    /// <param name="sample">Which sample.</param>
    /// <param name="first">First frame.</param>
    /// <param name="frames">Frames.</param>
    /// <param name="tokensPerFrame">Tokens of a frame.</param>
    /// <returns>[1, frames x tokens a frame, H, D].</returns>
    public static Tensor Frames(Tensor x, int sample, int first, int frames, int tokensPerFrame)
    {
        Shape s = x.Shape;
        using Tensor one = x.Row(sample);
        using Tensor rows = one.Rows(first * tokensPerFrame, frames * tokensPerFrame);
        return rows.View([1, frames * tokensPerFrame, s[2], s[3]]);
    }

    /// <summary>Adds frames of a window, each with its weight, to where they lie in the video.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="source">[1, frames x tokens a frame, H, D].</param>
    /// <param name="weights">One a frame.</param>
    /// <param name="target">[B, N, H, D].</param>
    /// <param name="sample">Which sample.</param>
    /// <param name="first">First frame.</param>
    public static void AddFrames(Compute compute, Tensor source, ReadOnlySpan<float> weights, Tensor target, int sample, int first)
    {
        int tokens = source.Shape[1] / weights.Length;
        for (int f = 0; f < weights.Length; f++)
        {
            using Tensor from = Frames(source, 0, f, 1, tokens);
            using Tensor to = Frames(target, sample, first + f, 1, tokens);
            compute.Backend.AddScaled(from, weights[f], to);
        }
    }

    /// <summary>Positions 0, 1, 2, ...</summary>
    public static double[] Positions(int frames)
    {
        double[] positions = new double[frames];
        for (int i = 0; i < frames; i++)
        {
            positions[i] = i;
        }
        return positions;
    }
}
