namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>
/// VBench's consistency of a series of features: each is compared with the one before and with the first, by cosines that count from 0 on.
/// Source: spec/metrics.md section 2.1.
/// </summary>
public sealed class FeatureConsistency
{
    private readonly float[] _first;
    private readonly float[] _before;
    private int _count;
    private double _sum;

    /// <summary>Begins a series.</summary>
    /// <param name="length">Length of a feature.</param>
    public FeatureConsistency(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _first = new float[length];
        _before = new float[length];
    }

    /// <summary>The mean of the scores of all features but the first, in [0, 1].</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two features.</exception>
    public double Score => _count > 1 ? _sum / (_count - 1)
        : throw new InvalidOperationException("Consistency compares features: at least two are needed.");

    /// <summary>Scores so far: one less than features. Weights the video in a mean over frames of all videos.</summary>
    public int Count => Math.Max(0, _count - 1);

    /// <summary>Takes the next feature.</summary>
    /// <param name="feature">Of any length but zero; it is normalised here.</param>
    /// <returns>Its score; NaN for the first.</returns>
    /// <exception cref="ArgumentException">It has another number of values.</exception>
    public double Add(ReadOnlySpan<float> feature)
    {
        if (feature.Length != _first.Length)
        {
            throw new ArgumentException($"The feature has {feature.Length} values, the series {_first.Length}.", nameof(feature));
        }
        double score = double.NaN;
        if (_count == 0)
        {
            feature.CopyTo(_first);
        }
        else
        {
            score = (Cosine(_before, feature) + Cosine(_first, feature)) / 2;
            _sum += score;
        }
        feature.CopyTo(_before);
        _count++;
        return score;
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
        double length = Math.Sqrt(squareA * squareB);
        return length > 0 ? Math.Clamp(product / length, 0, 1) : 0;
    }
}
