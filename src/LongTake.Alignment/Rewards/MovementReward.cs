using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.StandIns;

namespace LongTake.Alignment.Rewards;

/// <summary>
/// How much moves in any video, by block matching, up to an amount at which more gains nothing: what keeps rewards that a still picture satisfies
/// (smoothness, consistency) from ending there. A stand-in for a flow network. Source: spec rewards-and-grpo, section A7; the amount is ours.
/// </summary>
/// <param name="name">Name in recipes.</param>
public sealed class MovementReward(string name) : IReward
{
    /// <summary>
    /// Movement in 1/8 s from which on the reward is 1, in pixels of a picture whose shorter side is 64: where the specification's target for real
    /// footage begins (0.05 of 15 % of the diagonal a frame, at 16 frames a second and 480 x 832).
    /// </summary>
    public const double Enough = 2;

    private const string Figure = "si_flow";

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public string Description => "Movement of the fastest 2 % in 1/8 s over 2 pixels of a picture whose shorter side is 64, 0 to 1.";

    /// <inheritdoc/>
    public IVideoMetric Metric { get; } = new FlowStandIn();

    /// <inheritdoc/>
    public double Score(MetricResult result) => result.Figures.TryGetValue(Figure, out double value) ? Math.Min(1, value / Enough) : double.NaN;
}
