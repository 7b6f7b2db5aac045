namespace LongTake.Models.Wan;

/// <summary>
/// Rotation frequencies (radians a position) of the pairs of one head, an array an axis. Methods that stretch time
/// replace <see cref="Temporal"/> and leave the others alone. Arrays must not be changed after they were handed over.
/// </summary>
/// <param name="Temporal">Frequencies of the first pairs, by latent frame.</param>
/// <param name="Height">Frequencies of the following pairs, by row.</param>
/// <param name="Width">Frequencies of the last pairs, by column.</param>
public sealed record RotaryFrequencies(double[] Temporal, double[] Height, double[] Width)
{
    /// <summary>Number of pairs: half the head dimension.</summary>
    public int Pairs => Temporal.Length + Height.Length + Width.Length;

    /// <summary>
    /// The frequencies of Wan: an axis of c channels has <c>base^(-2k/c)</c> for k = 0 ... c/2-1; height and width take
    /// 2 * floor(D/6) channels each and time takes the rest. Source: spec wan-model, section 3.4.
    /// </summary>
    /// <param name="headDim">Head dimension D, even.</param>
    /// <param name="rotaryBase">Base of the geometric series.</param>
    /// <exception cref="ArgumentException">The head dimension is odd or not positive.</exception>
    public static RotaryFrequencies Standard(int headDim, double rotaryBase = 10000)
    {
        if (headDim <= 0 || headDim % 2 != 0)
        {
            throw new ArgumentException($"Rotary embedding works on pairs of channels: the head dimension must be even, not {headDim}.", nameof(headDim));
        }
        int spatial = headDim / 6;
        double[] space = Series(spatial, rotaryBase);
        return new RotaryFrequencies(Series((headDim / 2) - (2 * spatial), rotaryBase), space, space);
    }

    /// <summary>The series <c>base^(-k/pairs)</c>, k = 0 ... pairs-1.</summary>
    public static double[] Series(int pairs, double rotaryBase)
    {
        double[] frequencies = new double[pairs];
        for (int k = 0; k < pairs; k++)
        {
            frequencies[k] = Math.Pow(rotaryBase, -(double)k / pairs);
        }
        return frequencies;
    }
}
