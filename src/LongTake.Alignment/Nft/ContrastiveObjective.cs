using LongTake.Alignment.Baselines;

namespace LongTake.Alignment.Nft;

/// <summary>
/// The contrastive flow-matching loss of implicit policies v+ = (1 - beta) v_old + beta v and v- = (1 + beta) v_old - beta v: a member that is good
/// with probability r adds r |v+ - v*|^2 + (1 - r) |v- - v*|^2. Source: spec rewards-and-grpo, section B8.
/// </summary>
/// <param name="advantages">One a member.</param>
/// <param name="most">Advantage that makes a member certainly good, A_max.</param>
/// <param name="beta">How far the implicit policies lie from the old one.</param>
/// <param name="adaptive">
/// Errors of clean estimates, sigma times as large, divided by their mean size (at least 1e-5, a constant); the sum times A_max / beta.
/// </param>
/// <param name="klWeight">Weight of the divergence from the initial policy.</param>
internal sealed class ContrastiveObjective(IReadOnlyList<double> advantages, double most, double beta, bool adaptive, double klWeight)
    : IProbeObjective
{
    private const double LeastSize = 1e-5;

    private double _loss;
    private double _divergence;
    private double _drift;
    private int _terms;

    /// <inheritdoc/>
    public bool NeedsActing => true;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Figures =>
    [
        new("policy_loss", _loss / _terms),
        new("kl", klWeight > 0 ? _divergence / _terms : double.NaN),
        new("optimality.max", advantages.Max(a => Optimality(a, most))),
        new("old.distance", _drift / _terms),
    ];

    /// <summary>r: 0.5 + 0.5 clip(A / A_max, -1, 1).</summary>
    public static double Optimality(double advantage, double most) => 0.5 + (0.5 * Math.Clamp(advantage / most, -1, 1));

    /// <inheritdoc/>
    public bool Uses(int member) => true;

    /// <inheritdoc/>
    public double Term(int member, Probe probe, in ProbeVelocities velocities, Span<double> gradient)
    {
        double[] v = velocities.Predicted, old = velocities.Acting;
        ReadOnlySpan<float> wanted = probe.Target.Span;
        int n = v.Length;
        double r = Optimality(advantages[member], most), positive = 0, negative = 0, sizePositive = 0, sizeNegative = 0;
        for (int i = 0; i < n; i++)
        {
            double plus = Positive(v[i], old[i]) - wanted[i], minus = Negative(v[i], old[i]) - wanted[i];
            positive += plus * plus / n;
            negative += minus * minus / n;
            sizePositive += Math.Abs(plus) / n;
            sizeNegative += Math.Abs(minus) / n;
            _drift += (v[i] - old[i]) * (v[i] - old[i]) / n;
        }
        double weightPositive = r, weightNegative = 1 - r;
        if (adaptive)
        {
            double sigma = probe.Sigma, common = most / beta * sigma * sigma;
            weightPositive *= common / Math.Max(sigma * sizePositive, LeastSize);
            weightNegative *= common / Math.Max(sigma * sizeNegative, LeastSize);
        }
        for (int i = 0; i < n; i++)
        {
            double plus = Positive(v[i], old[i]) - wanted[i], minus = Negative(v[i], old[i]) - wanted[i];
            gradient[i] += 2 * beta * ((weightPositive * plus) - (weightNegative * minus)) / n;
        }
        double loss = (weightPositive * positive) + (weightNegative * negative), divergence = ReferencePenalty.Add(velocities, klWeight, gradient);
        _terms++;
        _loss += loss;
        _divergence += divergence;
        return loss + (klWeight * divergence);
    }

    private double Positive(double v, double old) => ((1 - beta) * old) + (beta * v);

    private double Negative(double v, double old) => ((1 + beta) * old) - (beta * v);
}
