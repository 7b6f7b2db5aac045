using LongTake.Alignment.Baselines;
using LongTake.Alignment.Grpo;

namespace LongTake.Alignment.RewardWeighted;

/// <summary>
/// Weighted flow matching: terms are G w |v - v*|^2 (so that their mean over members is the weighted sum), times sigma^2 for clean estimates, and
/// the divergence from the initial policy.
/// </summary>
/// <param name="weights">One a member.</param>
/// <param name="target">What is regressed.</param>
/// <param name="klWeight">Weight of the divergence.</param>
internal sealed class RegressionObjective(IReadOnlyList<double> weights, RegressionTarget target, double klWeight) : IProbeObjective
{
    private double _error;
    private double _divergence;
    private int _terms;

    /// <inheritdoc/>
    public bool NeedsActing => false;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Figures =>
    [
        new("policy_loss", _error / _terms),
        new("kl", klWeight > 0 ? _divergence / _terms : double.NaN),
        new("weight.max", weights.Max()),
        new("weight.members", Effective()),
    ];

    /// <summary>Weights of a group's members.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="advantages">One a member.</param>
    /// <param name="temperature">tau.</param>
    /// <param name="most">Largest exponential weight, before the division by the number of members.</param>
    public static double[] Weights(MemberWeights kind, IReadOnlyList<double> advantages, double temperature, double most)
    {
        double[] logits = [.. advantages.Select(a => a / temperature)];
        switch (kind)
        {
            case MemberWeights.Softmax:
                return Array.ConvertAll(LogProbabilities.LogSoftmax(logits), Math.Exp);
            case MemberWeights.Exponential:
                return Array.ConvertAll(logits, l => Math.Min(Math.Exp(l), most) / logits.Length);
            default:
                double[] best = new double[logits.Length];
                best[Array.IndexOf(logits, logits.Max())] = 1;
                return best;
        }
    }

    /// <inheritdoc/>
    public bool Uses(int member) => weights[member] != 0 || klWeight > 0;

    /// <inheritdoc/>
    public double Term(int member, Probe probe, in ProbeVelocities velocities, Span<double> gradient)
    {
        double[] predicted = velocities.Predicted;
        ReadOnlySpan<float> wanted = probe.Target.Span;
        double scale = weights.Count * weights[member] * (target == RegressionTarget.Clean ? (double)probe.Sigma * probe.Sigma : 1), error = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            double d = predicted[i] - wanted[i];
            error += scale * d * d / predicted.Length;
            gradient[i] += scale * 2 * d / predicted.Length;
        }
        double divergence = ReferencePenalty.Add(velocities, klWeight, gradient);
        _terms++;
        _error += error;
        _divergence += divergence;
        return error + (klWeight * divergence);
    }

    /// <summary>How many members of equal weight would vary as little: (sum w)^2 / sum w^2.</summary>
    private double Effective() => Math.Pow(weights.Sum(), 2) / weights.Sum(w => w * w);
}
