using LongTake.Tensors;

namespace LongTake.Generation.Samplers;

/// <summary>Between the two layouts of latents: [B, T, C, H, W] in pipelines, [B, C, T, H, W] in networks.</summary>
public static class LatentLayout
{
    /// <summary>Swaps dimensions 1 and 2 of <paramref name="source"/>, either way.</summary>
    /// <param name="source">[B, X, Y, H, W].</param>
    /// <param name="destination">[B, Y, X, H, W], or the whole number of repetitions of it that fills the tensor.</param>
    /// <exception cref="ArgumentException">The element counts do not fit.</exception>
    public static void Swap(Tensor source, Tensor destination)
    {
        Shape s = source.Shape;
        if (s.Rank != 5 || source.Count == 0 || destination.Count % source.Count != 0)
        {
            throw new ArgumentException($"Latents {s} do not fit in {destination.Shape}.", nameof(destination));
        }
        int plane = s[3] * s[4];
        ReadOnlySpan<float> from = source.Span;
        Span<float> to = destination.Span;
        for (int b = 0; b < s[0]; b++)
        {
            for (int i = 0; i < s[1]; i++)
            {
                for (int j = 0; j < s[2]; j++)
                {
                    from.Slice(((((b * s[1]) + i) * s[2]) + j) * plane, plane).CopyTo(to[(((((b * s[2]) + j) * s[1]) + i) * plane)..]);
                }
            }
        }
        int count = (int)source.Count;
        for (int r = 1; r < destination.Count / count; r++)
        {
            to[..count].CopyTo(to[(r * count)..]);
        }
    }
}
