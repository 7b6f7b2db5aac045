using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Statistics;

/// <summary>
/// Paired permutation test: if two methods are the same, the sign of each item's difference is a coin. The p-value is the share of sign
/// patterns whose mean is at least as far from zero. All patterns are tried for up to 14 items, random ones for more; then the data's
/// own pattern counts as one of them, so that p is never 0 (Phipson and Smyth 2010).
/// </summary>
public static class SignFlipTest
{
    private const int MostTriedAll = 14;

    /// <summary>Two-sided p-value of the differences between two methods on the same items.</summary>
    /// <param name="items">One value an item, its seeds averaged.</param>
    /// <param name="baseline">The baseline's values of the same items, in the same order.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The counts differ or there is no item.</exception>
    public static double PValue(ReadOnlySpan<double> items, ReadOnlySpan<double> baseline, BootstrapOptions? options = null)
    {
        options ??= new BootstrapOptions();
        options.Validate();
        double[] differences = Bootstrap.Differences(items, baseline);
        if (differences.Length == 0)
        {
            throw new ArgumentException("There is no item to compare.", nameof(items));
        }
        double size = differences.Sum(Math.Abs);
        if (size == 0)
        {
            return 1;
        }

        // Sums of the same numbers in another order may differ in the last bits.
        double limit = Math.Abs(differences.Sum()) - (1e-12 * size);
        return differences.Length <= MostTriedAll ? All(differences, limit) : Sampled(differences, limit, options);
    }

    private static double All(double[] differences, double limit)
    {
        int patterns = 1 << differences.Length, reached = 0;
        for (int pattern = 0; pattern < patterns; pattern++)
        {
            double sum = 0;
            for (int i = 0; i < differences.Length; i++)
            {
                sum += (pattern >> i & 1) == 0 ? differences[i] : -differences[i];
            }
            reached += Math.Abs(sum) >= limit ? 1 : 0;
        }
        return (double)reached / patterns;
    }

    private static double Sampled(double[] differences, double limit, BootstrapOptions options)
    {
        SplitMix64 random = new(options.Seed);
        int reached = 0;
        for (int flip = 0; flip < options.Flips; flip++)
        {
            double sum = 0;
            ulong coins = 0;
            for (int i = 0; i < differences.Length; i++, coins >>= 1)
            {
                coins = i % 64 == 0 ? random.NextUInt64() : coins;
                sum += (coins & 1) == 0 ? differences[i] : -differences[i];
            }
            reached += Math.Abs(sum) >= limit ? 1 : 0;
        }
        return (1.0 + reached) / (1.0 + options.Flips);
    }
}
