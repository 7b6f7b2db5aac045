using LongTake.Evaluation.Metrics;

namespace LongTake.Alignment.Rewards;

/// <summary>A reward and how much it counts.</summary>
/// <param name="Reward">The reward.</param>
/// <param name="Weight">
/// Its share of what is optimised; 0 holds it out: it is reported beside the others and never optimised, which shows when what is optimised
/// rises at the cost of what is not.
/// </param>
public sealed record RewardTerm(IReward Reward, double Weight);

/// <summary>The rewards of a training, measured together in one pass over each clip.</summary>
public sealed class RewardSet
{
    private readonly MetricSet _metrics;

    /// <summary>Puts rewards together.</summary>
    /// <param name="terms">At least one with a weight above 0.</param>
    /// <exception cref="ArgumentException">There is nothing to optimise, a name occurs twice, or a weight is negative or no number.</exception>
    public RewardSet(IEnumerable<RewardTerm> terms)
    {
        Terms = [.. terms];
        if (!Terms.Any(t => t.Weight > 0))
        {
            throw new ArgumentException("There is no reward to optimise: give one of them a weight above 0.", nameof(terms));
        }
        if (Terms.FirstOrDefault(t => !(t.Weight >= 0 && double.IsFinite(t.Weight))) is RewardTerm wrong)
        {
            throw new ArgumentException(
                $"The reward '{wrong.Reward.Name}' has the weight {wrong.Weight}; weights are at least 0 (0 holds a reward out).", nameof(terms));
        }
        string[] twice = [.. Terms.GroupBy(t => t.Reward.Name).Where(g => g.Count() > 1).Select(g => g.Key)];
        if (twice.Length > 0)
        {
            throw new ArgumentException($"A reward is there twice: {string.Join(", ", twice)}. A reward is either optimised or held out.", nameof(terms));
        }
        _metrics = new MetricSet(Terms.Select(t => t.Reward.Metric).DistinctBy(m => m.Name));
    }

    /// <summary>The rewards in order.</summary>
    public IReadOnlyList<RewardTerm> Terms { get; }

    /// <summary>Number of rewards, held-out ones included.</summary>
    public int Count => Terms.Count;

    /// <summary>Why rewards cannot be had for such clips (weights missing, no story), one clause each; empty when all can.</summary>
    /// <param name="clip">What clips will be like.</param>
    public IReadOnlyList<string> WhyNot(VideoDescription clip)
    {
        Dictionary<string, string> missing = _metrics.WhyNot(clip).ToDictionary(m => m.Metric, m => m.Why);
        return [.. Terms.Where(t => missing.ContainsKey(t.Reward.Metric.Name)).Select(t => $"{t.Reward.Name}: {missing[t.Reward.Metric.Name]}")];
    }

    /// <summary>Scores a clip.</summary>
    /// <returns>One number a term, in order; NaN where the clip has no such score.</returns>
    public double[] Score(RewardClip clip)
    {
        VideoMeasurement measured = _metrics.Measure(clip.Video, clip.Frames.Span);
        return [.. Terms.Select(t => measured.Results.TryGetValue(t.Reward.Metric.Name, out MetricResult? found) ? t.Reward.Score(found) : double.NaN)];
    }

    /// <summary>Mean scores of several clips.</summary>
    /// <returns>One number a term, in order; NaN where one of the clips has no such score.</returns>
    public double[] Score(IReadOnlyList<RewardClip> clips)
    {
        double[] sum = new double[Count];
        foreach (RewardClip clip in clips)
        {
            double[] scores = Score(clip);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += scores[i] / clips.Count;
            }
        }
        return sum;
    }

    /// <summary>The weighted sum of what is optimised.</summary>
    /// <param name="scores">One number a term.</param>
    public double Total(ReadOnlySpan<double> scores)
    {
        double total = 0;
        for (int i = 0; i < Count; i++)
        {
            total += Terms[i].Weight > 0 ? Terms[i].Weight * scores[i] : 0;
        }
        return total;
    }
}
