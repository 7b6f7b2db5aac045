namespace LongTake.Alignment.Grpo;

/// <summary>Estimators of KL(policy || reference) from samples of the policy.</summary>
public enum KlEstimator
{
    /// <summary>-d: unbiased, may be negative, varies much.</summary>
    K1,

    /// <summary>d^2 / 2: biased, varies little.</summary>
    K2,

    /// <summary>exp(d) - 1 - d: unbiased, never negative, varies little.</summary>
    K3,
}

/// <summary>
/// How far a policy is from its reference. The sign convention is reference minus policy: d = log p_ref - log p. Source: spec
/// rewards-and-grpo, section B5; kvpo, section 7.
/// </summary>
public static class KlDivergence
{
    /// <summary>One sample's estimate and its derivative with respect to log p, the sample being fixed.</summary>
    /// <param name="estimator">Which.</param>
    /// <param name="logPolicy">log p of the sample.</param>
    /// <param name="logReference">log p_ref of the sample.</param>
    public static (double Value, double Gradient) Estimate(KlEstimator estimator, double logPolicy, double logReference)
    {
        double d = Math.Clamp(logReference - logPolicy, -ClippedObjective.LogRatioLimit, ClippedObjective.LogRatioLimit);
        return estimator switch
        {
            KlEstimator.K1 => (-d, 1),
            KlEstimator.K2 => (d * d / 2, -d),
            _ => (Math.Exp(d) - 1 - d, 1 - Math.Exp(d)),
        };
    }

    /// <summary>The exact divergence of categorical distributions, sum p (log p - log q), and its derivative with respect to the logits of p.</summary>
    /// <param name="logPolicy">log p, normalised.</param>
    /// <param name="logReference">log q, normalised.</param>
    /// <returns>The divergence, and p (log p - log q - divergence) for every logit.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static (double Value, double[] Gradient) Categorical(ReadOnlySpan<double> logPolicy, ReadOnlySpan<double> logReference)
    {
        if (logPolicy.Length != logReference.Length)
        {
            throw new ArgumentException($"Distributions over {logPolicy.Length} and {logReference.Length} choices cannot be compared.");
        }
        double value = 0;
        for (int i = 0; i < logPolicy.Length; i++)
        {
            value += Math.Exp(logPolicy[i]) * (logPolicy[i] - logReference[i]);
        }
        double[] gradient = new double[logPolicy.Length];
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = Math.Exp(logPolicy[i]) * (logPolicy[i] - logReference[i] - value);
        }
        return (value, gradient);
    }
}
