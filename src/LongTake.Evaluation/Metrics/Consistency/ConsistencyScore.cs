namespace LongTake.Evaluation.Metrics.Consistency;

/// <summary>
/// How alike each frame is to the one before and to the first: the mean of ( cos+(f[t-1], f[t]) + cos+(f[0], f[t]) ) / 2, where cos+ is the
/// cosine, not below 0. Keeps two features. Source: VBench; spec metrics, section 2.1.
/// </summary>
/// <param name="dim">Values of a feature.</param>
public sealed class ConsistencyScore(int dim)
{
    private readonly float[] _first = new float[dim];
    private readonly float[] _previous = new float[dim];
    private double _sum;

    /// <summary>Features taken.</summary>
    public int Count { get; private set; }

    /// <summary>The score; NaN for less than two features.</summary>
    public double Mean => Count > 1 ? _sum / (Count - 1) : double.NaN;

    /// <summary>Takes the next feature.</summary>
    /// <param name="feature">Of length 1.</param>
    /// <returns>Its score; NaN for the first.</returns>
    /// <exception cref="ArgumentException">It has another number of values.</exception>
    public double Add(ReadOnlySpan<float> feature)
    {
        if (feature.Length != dim)
        {
            throw new ArgumentException($"A feature has {dim} values here, not {feature.Length}.", nameof(feature));
        }
        double score = double.NaN;
        if (Count == 0)
        {
            feature.CopyTo(_first);
        }
        else
        {
            score = (Cosine(_previous, feature) + Cosine(_first, feature)) / 2;
            _sum += score;
        }
        feature.CopyTo(_previous);
        Count++;
        return score;
    }

    /// <summary>The cosine of two features of length 1, not below 0.</summary>
    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }
        return Math.Max(sum, 0);
    }
}
