namespace LongTake.Generation.Methods.ScalingNoise;

/// <summary>
/// How well estimates of clean latents go with what is finished: cosines, none below 0, of each with the anchor and with the one before it. The
/// first has the anchor alone, every other the mean of both. A deviation: the authors compare features of decoded frames by DINO; here
/// latents stand for them, as in MIGA.
/// Source: fifo-and-sliding-window.md 8, step 3 (as the paper has it: every frame counts).
/// </summary>
internal static class LatentConsistency
{
    /// <summary>The reward, 0 to 1.</summary>
    /// <param name="anchor">The latest finished latent.</param>
    /// <param name="estimates">Estimates one after the other, each as long as the anchor.</param>
    public static double Score(ReadOnlySpan<float> anchor, ReadOnlySpan<float> estimates)
    {
        int size = anchor.Length;
        int frames = estimates.Length / size;
        double sum = 0;
        for (int f = 0; f < frames; f++)
        {
            ReadOnlySpan<float> estimate = estimates.Slice(f * size, size);
            double toAnchor = Cosine(anchor, estimate);
            sum += f == 0 ? toAnchor : 0.5 * (toAnchor + Cosine(estimates.Slice((f - 1) * size, size), estimate));
        }
        return sum / frames;
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            squareA += (double)a[i] * a[i];
            squareB += (double)b[i] * b[i];
        }
        return squareA > 0 && squareB > 0 ? Math.Max(0, product / Math.Sqrt(squareA * squareB)) : 0;
    }
}
