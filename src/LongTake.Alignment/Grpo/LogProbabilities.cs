namespace LongTake.Alignment.Grpo;

/// <summary>
/// Log-probabilities in double precision: sums over many choices lose their digits in single precision. Source: spec rewards-and-grpo, sections B3
/// and B10.
/// </summary>
public static class LogProbabilities
{
    /// <summary>log of the sum of exponentials; minus infinity for nothing.</summary>
    public static double LogSumExp(ReadOnlySpan<double> logits)
    {
        double most = double.NegativeInfinity;
        foreach (double x in logits)
        {
            most = Math.Max(most, x);
        }
        if (double.IsInfinity(most))
        {
            return most;
        }
        double sum = 0;
        foreach (double x in logits)
        {
            sum += Math.Exp(x - most);
        }
        return most + Math.Log(sum);
    }

    /// <summary>log(exp a + exp b).</summary>
    public static double LogAddExp(double a, double b)
    {
        double most = Math.Max(a, b);
        return double.IsInfinity(most) ? most : most + Math.Log(Math.Exp(a - most) + Math.Exp(b - most));
    }

    /// <summary>Log-probabilities of a categorical distribution.</summary>
    /// <param name="logits">Any numbers.</param>
    /// <returns>logits - LogSumExp(logits).</returns>
    public static double[] LogSoftmax(ReadOnlySpan<double> logits)
    {
        double total = LogSumExp(logits);
        double[] result = logits.ToArray();
        foreach (ref double x in result.AsSpan())
        {
            x -= total;
        }
        return result;
    }

    /// <summary>-sum p log p, in nats.</summary>
    /// <param name="logProbabilities">Of a categorical distribution.</param>
    public static double Entropy(ReadOnlySpan<double> logProbabilities)
    {
        double sum = 0;
        foreach (double x in logProbabilities)
        {
            sum -= double.IsNegativeInfinity(x) ? 0 : Math.Exp(x) * x;
        }
        return sum;
    }
}
