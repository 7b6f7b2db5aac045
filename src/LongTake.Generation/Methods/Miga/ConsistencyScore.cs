using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// How alike two groups of latents are: each latent is averaged over its channels and scaled to length 1; the score is the mean of all inner products between
/// the groups, -1 to 1. Only scores at equal noise levels may be compared. Source: miga.md 5.1.
/// </summary>
/// <param name="channels">Channels of a latent (C).</param>
/// <param name="positions">Pixels of a latent (h w).</param>
public sealed class ConsistencyScore(int channels, int positions)
{
    private readonly double[] _judged = new double[positions];
    private readonly double[] _reference = new double[positions];
    private readonly double[] _row = new double[positions];

    /// <summary>Compares latents of two queues.</summary>
    /// <param name="judged">Queue of the judged latents.</param>
    /// <param name="judgedStart">Index of the first.</param>
    /// <param name="judgedCount">How many.</param>
    /// <param name="reference">Queue of the latents they are compared with.</param>
    /// <param name="referenceStart">Index of the first.</param>
    /// <param name="referenceCount">How many.</param>
    public double Of(LatentQueue judged, int judgedStart, int judgedCount, LatentQueue reference, int referenceStart, int referenceCount)
    {
        Gather(judged, judgedStart, judgedCount, _judged);
        Gather(reference, referenceStart, referenceCount, _reference);
        double sum = 0;
        for (int i = 0; i < positions; i++)
        {
            sum += _judged[i] * _reference[i];
        }
        return sum;
    }

    /// <summary>The mean of the directions; the mean of all inner products is the inner product of the means.</summary>
    private void Gather(LatentQueue queue, int start, int count, double[] mean)
    {
        Array.Clear(mean);
        for (int f = start; f < start + count; f++)
        {
            Span<float> latent = queue.Sample(f);
            Array.Clear(_row);
            for (int c = 0; c < channels; c++)
            {
                Span<float> channel = latent.Slice(c * positions, positions);
                for (int i = 0; i < positions; i++)
                {
                    _row[i] += channel[i];
                }
            }
            double length = 0;
            for (int i = 0; i < positions; i++)
            {
                length += _row[i] * _row[i];
            }
            double scale = length > 0 ? 1 / (Math.Sqrt(length) * count) : 0;
            for (int i = 0; i < positions; i++)
            {
                mean[i] += _row[i] * scale;
            }
        }
    }
}
