namespace LongTake.Alignment.Grpo;

/// <summary>What the members of a group are compared with.</summary>
public enum AdvantageBaseline
{
    /// <summary>The mean of the group.</summary>
    GroupMean,

    /// <summary>A member that was made without the action that is learned; advantages need not add up to zero then.</summary>
    Anchor,
}

/// <summary>Which standard deviation differences are divided by.</summary>
public enum DeviationKind
{
    /// <summary>Of a sample: squares divided by n - 1.</summary>
    Unbiased,

    /// <summary>Of a population: squares divided by n.</summary>
    Population,

    /// <summary>None: differences stay in the units of the reward.</summary>
    None,
}

/// <summary>How rewards become advantages. Source: spec rewards-and-grpo, section B2; kvpo, section 8.</summary>
public sealed record AdvantageOptions
{
    /// <summary>What members are compared with. Default: the mean of the group.</summary>
    public AdvantageBaseline Baseline { get; init; } = AdvantageBaseline.GroupMean;

    /// <summary>What differences are divided by. Default: the unbiased deviation, over the anchor too where there is one.</summary>
    public DeviationKind Deviation { get; init; } = DeviationKind.Unbiased;

    /// <summary>Added to the deviation. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// Rewards (the anchor's too) whose largest and smallest differ by less than this are a tie: all advantages are zero, where rounding
    /// would otherwise be blown up to advantages of size one. Default 1e-6.
    /// </summary>
    public double TieTolerance { get; init; } = 1e-6;

    /// <summary>
    /// Whether the advantages of each signal are divided by their population deviation, signs kept, before signals are added up. Default
    /// false.
    /// </summary>
    public bool NormaliseSignals { get; init; }
}

/// <summary>Rewards of a group to advantages.</summary>
public static class Advantages
{
    /// <summary>Advantages of a group's members for one reward.</summary>
    /// <param name="rewards">One a member, at least two.</param>
    /// <param name="options">Baseline and deviation.</param>
    /// <param name="anchor">Reward of the anchor; needed by that baseline and only then.</param>
    /// <returns>One a member; all zero for a tie.</returns>
    /// <exception cref="ArgumentException">The group has less than two members, a reward is no finite number, or the anchor is missing.</exception>
    public static double[] Of(ReadOnlySpan<double> rewards, AdvantageOptions options, double? anchor = null)
    {
        if (rewards.Length < 2)
        {
            throw new ArgumentException($"A group of {rewards.Length} has nothing to be compared with; use at least 2 members.", nameof(rewards));
        }
        bool anchored = options.Baseline == AdvantageBaseline.Anchor;
        if (anchored != anchor.HasValue)
        {
            throw new ArgumentException(
                anchored ? "The baseline is the anchor, and its reward is missing." : "A group that is compared with its mean has no anchor.", nameof(anchor));
        }
        double[] all = anchored ? [.. rewards, anchor!.Value] : rewards.ToArray();
        if (!all.All(double.IsFinite))
        {
            throw new ArgumentException("A reward is not a finite number; drop the group.", nameof(rewards));
        }
        double[] advantages = new double[rewards.Length];
        if (all.Max() - all.Min() < options.TieTolerance)
        {
            return advantages;
        }
        double baseline = anchor ?? all.Average();
        double divisor = options.Deviation == DeviationKind.None ? 1 : Deviation(all, options.Deviation) + options.Epsilon;
        for (int i = 0; i < advantages.Length; i++)
        {
            advantages[i] = (rewards[i] - baseline) / divisor;
        }
        return advantages;
    }

    /// <summary>Divides by the population standard deviation without subtracting the mean, so that signs stay; all zero stays all zero.</summary>
    public static void NormaliseScale(Span<double> advantages)
    {
        double deviation = Deviation(advantages, DeviationKind.Population);
        if (deviation < 1e-12)
        {
            // All alike: there is no scale to bring to one. Zero stays zero; a shift that all members share stays as it is.
            return;
        }
        foreach (ref double a in advantages)
        {
            a /= deviation;
        }
    }

    /// <summary>Limits every advantage to +-<paramref name="limit"/>.</summary>
    public static void Clamp(Span<double> advantages, double limit)
    {
        foreach (ref double a in advantages)
        {
            a = Math.Clamp(a, -limit, limit);
        }
    }

    /// <summary>Standard deviation; 0 for a single value.</summary>
    public static double Deviation(ReadOnlySpan<double> values, DeviationKind kind)
    {
        double mean = 0, squares = 0;
        foreach (double v in values)
        {
            mean += v / values.Length;
        }
        foreach (double v in values)
        {
            squares += (v - mean) * (v - mean);
        }
        int divisor = kind == DeviationKind.Unbiased ? values.Length - 1 : values.Length;
        return divisor == 0 ? 0 : Math.Sqrt(squares / divisor);
    }
}
