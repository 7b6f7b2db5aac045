using LongTake.Alignment.Grpo;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// KVPO's objective over the branches of one group: a Gibbs policy pi(g) = exp(-E_g / tau) / sum over h of exp(-E_h / tau), the clipped ratio
/// to the policy that acted, and the exact divergence from the reference. All in double precision, with the gradient with respect to the
/// energies, which is all that the network's part of the gradient needs. Source: spec kvpo, sections 7 and 7.2.
/// </summary>
internal sealed class GibbsObjective
{
    private GibbsObjective()
    {
    }

    /// <summary>scale (policy loss + KL weight times divergence).</summary>
    public double Loss { get; private init; }

    /// <summary>The clipped surrogate.</summary>
    public double PolicyLoss { get; private init; }

    /// <summary>Divergence from the reference.</summary>
    public double Divergence { get; private init; }

    /// <summary>pi, one a branch.</summary>
    public required double[] Probabilities { get; init; }

    /// <summary>Ratio to the policy that acted, one a branch.</summary>
    public required IReadOnlyList<double> Ratios { get; init; }

    /// <summary>Branches whose gradient the clip has cut.</summary>
    public int Clipped { get; private init; }

    /// <summary>Entropy of pi in nats; log G is that of indifference.</summary>
    public double Entropy { get; private init; }

    /// <summary>dLoss / dE, one a branch.</summary>
    public required double[] Gradient { get; init; }

    /// <summary>Evaluates the objective.</summary>
    /// <param name="energies">E under the policy that is trained.</param>
    /// <param name="acting">E under the policy that acted.</param>
    /// <param name="reference">E under the policy that the divergence is taken from.</param>
    /// <param name="advantages">One a branch.</param>
    /// <param name="temperature">tau.</param>
    /// <param name="clip">Limits of the ratio.</param>
    /// <param name="klWeight">Weight of the divergence.</param>
    /// <param name="scale">Factor on everything, constant.</param>
    public static GibbsObjective Of(
        ReadOnlySpan<double> energies,
        ReadOnlySpan<double> acting,
        ReadOnlySpan<double> reference,
        ReadOnlySpan<double> advantages,
        double temperature,
        ClipRange clip,
        double klWeight,
        double scale = 1)
    {
        double[] log = LogPolicy(energies, temperature), logActing = LogPolicy(acting, temperature), logReference = LogPolicy(reference, temperature);
        ClippedObjective policy = ClippedObjective.Of(log, logActing, advantages, clip);
        (double divergence, double[] klGradient) = KlDivergence.Categorical(log, logReference);
        double[] probabilities = Array.ConvertAll(log, Math.Exp), gradient = new double[log.Length];
        double sum = policy.Gradient.Sum();
        for (int g = 0; g < gradient.Length; g++)
        {
            // Through the softmax to the logits, which are -E / tau.
            double logit = policy.Gradient[g] - (probabilities[g] * sum) + (klWeight * klGradient[g]);
            gradient[g] = -scale * logit / temperature;
        }
        return new GibbsObjective
        {
            Loss = scale * (policy.Loss + (klWeight * divergence)),
            PolicyLoss = policy.Loss,
            Divergence = divergence,
            Probabilities = probabilities,
            Ratios = policy.Ratios,
            Clipped = policy.Clipped,
            Entropy = LogProbabilities.Entropy(log),
            Gradient = gradient,
        };
    }

    private static double[] LogPolicy(ReadOnlySpan<double> energies, double temperature)
    {
        double[] logits = new double[energies.Length];
        for (int g = 0; g < logits.Length; g++)
        {
            logits[g] = -energies[g] / temperature;
        }
        return LogProbabilities.LogSoftmax(logits);
    }
}
