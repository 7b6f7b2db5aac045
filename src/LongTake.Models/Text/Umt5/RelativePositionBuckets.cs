using System.Numerics;

namespace LongTake.Models.Text.Umt5;

/// <summary>
/// Which row of the relative position table a pair of positions uses (spec wan-model, section 4.3): small distances have a
/// bucket each, larger ones share buckets of logarithmic width; keys to the right of the query use the upper half.
/// </summary>
internal sealed class RelativePositionBuckets
{
    private readonly int[] _byDistance;
    private readonly int _half;

    /// <summary>Tabulates the buckets.</summary>
    /// <param name="bucketCount">Rows of the table, a multiple of 4.</param>
    /// <param name="maxDistance">Distance from which on the last bucket is used.</param>
    public RelativePositionBuckets(int bucketCount, int maxDistance)
    {
        _half = bucketCount / 2;
        int exact = _half / 2;
        int steps = _half - exact;
        _byDistance = new int[maxDistance + 1];
        for (int distance = 0; distance <= maxDistance; distance++)
        {
            _byDistance[distance] = distance < exact ? distance : exact + LogarithmicStep(distance, exact, maxDistance, steps);
        }
    }

    /// <summary>The bucket of a key at <paramref name="relative"/> = key position - query position.</summary>
    public int this[int relative]
    {
        get
        {
            int bucket = _byDistance[Math.Min(Math.Abs(relative), _byDistance.Length - 1)];
            return relative > 0 ? bucket + _half : bucket;
        }
    }

    /// <summary>Buckets of all pairs of <paramref name="length"/> positions, [query, key] row by row.</summary>
    public int[] Grid(int length)
    {
        int[] grid = new int[length * length];
        for (int query = 0; query < length; query++)
        {
            for (int key = 0; key < length; key++)
            {
                grid[(query * length) + key] = this[key - query];
            }
        }
        return grid;
    }

    // min(steps - 1, floor(ln(a / e) / ln(m / e) * steps)) in whole numbers, so that no rounding of a logarithm decides:
    // the quotient reaches k where (a / e)^steps >= (m / e)^k, that is a^steps >= m^k * e^(steps - k).
    private static int LogarithmicStep(int a, int e, int m, int steps)
    {
        BigInteger left = BigInteger.Pow(a, steps);
        int k = 0;
        while (k < steps - 1 && left >= BigInteger.Pow(m, k + 1) * BigInteger.Pow(e, steps - k - 1))
        {
            k++;
        }
        return k;
    }
}
