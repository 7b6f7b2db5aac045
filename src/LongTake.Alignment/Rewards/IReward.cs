using LongTake.Evaluation.Metrics;

namespace LongTake.Alignment.Rewards;

/// <summary>
/// A number that says how good a clip is; larger is better. Rewards look at clips through metrics, so that all rewards that look through the
/// same metric or network share one pass over the frames. Equal clips give equal rewards, bit for bit.
/// </summary>
public interface IReward
{
    /// <summary>Name in recipes and figures, such as <c>identity</c>.</summary>
    string Name { get; }

    /// <summary>What it is, in one sentence with its range.</summary>
    string Description { get; }

    /// <summary>What it looks through.</summary>
    IVideoMetric Metric { get; }

    /// <summary>The reward.</summary>
    /// <param name="result">What <see cref="Metric"/> found in the clip.</param>
    /// <returns>NaN where the clip has no such score (the group is dropped then).</returns>
    double Score(MetricResult result);
}
