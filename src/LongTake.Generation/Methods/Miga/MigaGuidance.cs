using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// Long-range frame guidance: m latents spread evenly over the m chunks before a window, about the middle one of each; nearer the head, over what there is.
/// Source: miga.md 6.
/// </summary>
/// <param name="count">Latents of guidance (m).</param>
/// <param name="zigzag">Latents of a chunk (Z).</param>
public sealed class MigaGuidance(int count, int zigzag) : IWindowGuidance
{
    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public void Choose(int start, Span<int> indices)
    {
        bool far = start >= count * zigzag;
        int stride = far ? zigzag : start / count;
        int nearest = far ? Math.Max(1, zigzag / 2) : stride;
        for (int i = 0; i < count; i++)
        {
            indices[i] = start - nearest - ((count - 1 - i) * stride);
        }
    }
}
