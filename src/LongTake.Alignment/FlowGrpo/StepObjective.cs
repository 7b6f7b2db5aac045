using LongTake.Alignment.Baselines;
using LongTake.Alignment.Grpo;

namespace LongTake.Alignment.FlowGrpo;

/// <summary>
/// The clipped ratio of each recorded step's likelihood, and the divergence of its mean from the initial policy's. Terms are
/// -min(r A, clip(r) A) + weight KL, with r from log-densities that are means over latent dimensions: sums would saturate any clip. Source: spec
/// rewards-and-grpo, sections B3 to B5 and B13.
/// </summary>
/// <param name="steps">The draws.</param>
/// <param name="advantages">One a member.</param>
/// <param name="clip">Limits of the ratio.</param>
/// <param name="klWeight">Weight of the divergence.</param>
/// <param name="exactKl">Whether it divides by the deviation of the draw.</param>
internal sealed class StepObjective(
    IReadOnlyList<GaussianStep> steps, IReadOnlyList<double> advantages, ClipRange clip, double klWeight, bool exactKl) : IProbeObjective
{
    private double _loss;
    private double _divergence;
    private double _least = double.PositiveInfinity;
    private double _most;
    private int _clipped;
    private int _terms;

    /// <inheritdoc/>
    public bool NeedsActing => true;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Figures =>
    [
        new("policy_loss", _loss / _terms),
        new("kl", klWeight > 0 ? _divergence / _terms : double.NaN),
        new("ratio.min", _least),
        new("ratio.max", _most),
        new("clipped", (double)_clipped / _terms),
    ];

    /// <inheritdoc/>
    public bool Uses(int member) => advantages[member] != 0 || klWeight > 0;

    /// <inheritdoc/>
    public double Term(int member, Probe probe, in ProbeVelocities velocities, Span<double> gradient)
    {
        GaussianStep step = steps[probe.Step];
        ReadOnlySpan<float> x = probe.X.Span, next = probe.Target.Span;
        double logNew = step.LogProbability(x, velocities.Predicted, next), logOld = step.LogProbability(x, velocities.Acting, next);
        ClippedObjective policy = ClippedObjective.Of([logNew], [logOld], [advantages[member]], clip);
        step.AddGradient(x, velocities.Predicted, next, policy.Gradient[0], gradient);
        double divergence = velocities.Reference.Length == 0
            ? 0
            : step.AddDivergence(velocities.Predicted, velocities.Reference, exactKl, klWeight, gradient);
        _terms++;
        _loss += policy.Loss;
        _divergence += divergence;
        _clipped += policy.Clipped;
        _least = Math.Min(_least, policy.Ratios[0]);
        _most = Math.Max(_most, policy.Ratios[0]);
        return policy.Loss + (klWeight * divergence);
    }
}
