using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// Long-range frame guidance: m latents spread evenly over the m Z latents before a window, about the middle one of each chunk; nearer the head, over what there
/// is. The paper picks them "uniformly", which is read as evenly spaced, since the authors' code spaces them so.
/// Source: miga.md 6.
/// </summary>
/// <param name="count">Latents of guidance (m).</param>
/// <param name="zigzag">Latents of a chunk (Z).</param>
/// <param name="rule">The paper's places or those of the authors' code.</param>
public sealed class MigaGuidance(int count, int zigzag, GuidanceRule rule = GuidanceRule.Paper) : IWindowGuidance
{
    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public void Choose(int start, Span<int> indices)
    {
        if (rule == GuidanceRule.Paper)
        {
            // The middles of m equal parts of the latents in reach.
            int reach = Math.Min(count * zigzag, start);
            for (int i = 0; i < count; i++)
            {
                indices[i] = start - reach + (((2 * i) + 1) * reach / (2 * count));
            }
            return;
        }
        bool far = start >= count * zigzag;
        int stride = far ? zigzag : start / count;
        int nearest = far ? Math.Max(1, zigzag / 2) : stride;
        for (int i = 0; i < count; i++)
        {
            indices[i] = start - nearest - ((count - 1 - i) * stride);
        }
    }
}
