using LongTake.Tensors;

namespace LongTake.Generation.PromptChanges;

/// <summary>Text features between those of two prompts.</summary>
internal static class PromptBlend
{
    /// <summary>
    /// (1 - w) old + w new, token by token. Features have no padding and lengths of their own; the network pads them with zeros, which it
    /// attends to (<see cref="LongTake.Models.Wan.WanTransformer.PrepareText"/>), so the shorter of the two counts as padded with zeros here.
    /// </summary>
    /// <param name="from">Features of the old prompt [B, n, text_dim].</param>
    /// <param name="to">Features of the new prompt [B, m, text_dim].</param>
    /// <param name="weight">Share of the new prompt, 0 to 1.</param>
    /// <returns>[B, max(n, m), text_dim].</returns>
    /// <exception cref="ArgumentException">The features are not of the same batch and width.</exception>
    public static Tensor Between(Tensor from, Tensor to, double weight)
    {
        Shape a = from.Shape;
        Shape b = to.Shape;
        if (a.Rank != 3 || b.Rank != 3 || a[0] != b[0] || a[2] != b[2])
        {
            throw new ArgumentException($"Text features {a} and {b} cannot be blended; they differ in batch or width.");
        }
        Tensor result = Tensor.Zeros(a.With(1, Math.Max(a[1], b[1])));
        for (int i = 0; i < a[0]; i++)
        {
            Span<float> mixed = result.Row(i).Span;
            AddScaled(from.Row(i).Span, (float)(1 - weight), mixed);
            AddScaled(to.Row(i).Span, (float)weight, mixed);
        }
        return result;
    }

    private static void AddScaled(ReadOnlySpan<float> features, float share, Span<float> sum)
    {
        for (int i = 0; i < features.Length; i++)
        {
            sum[i] += share * features[i];
        }
    }
}
