using LongTake.Alignment.Rewards;

namespace LongTake.Alignment.Grpo;

/// <summary>
/// Scores of a group and the advantages made of them: every reward is standardised by itself, then weighted; signals are brought to one scale and
/// added up. Source: spec kvpo, section 8; rewards-and-grpo, sections A10 and B2.
/// </summary>
public sealed class GroupAdvantages
{
    private GroupAdvantages(double[] values, bool hasScores, bool beatsAnchor)
    {
        Values = values;
        HasScores = hasScores;
        BeatsAnchor = beatsAnchor;
    }

    /// <summary>One a member.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Whether all members have all scores that are optimised; a group without is dropped.</summary>
    public bool HasScores { get; }

    /// <summary>Whether there is nothing to learn: scores are missing, or all are ties.</summary>
    public bool IsDegenerate => !HasScores || Values.All(v => v == 0);

    /// <summary>Whether some member's weighted reward exceeds the anchor's in some signal; true where there is no anchor.</summary>
    public bool BeatsAnchor { get; }

    /// <summary>Makes advantages of scores.</summary>
    /// <param name="scores">By signal and member (the anchor last, if there is one), one number a term of the reward set.</param>
    /// <param name="signals">The signals.</param>
    /// <param name="rewards">The rewards; those of weight 0 have no part.</param>
    /// <param name="options">Baseline and deviation.</param>
    /// <param name="clamp">Largest advantage; 0 for no limit.</param>
    public static GroupAdvantages Of(
        IReadOnlyList<double[][]> scores, IReadOnlyList<GroupSignal> signals, RewardSet rewards, AdvantageOptions options, double clamp)
    {
        bool anchored = options.Baseline == AdvantageBaseline.Anchor;
        int members = scores[0].Length - (anchored ? 1 : 0);
        double[] fused = new double[members];
        bool beats = !anchored;
        for (int s = 0; s < signals.Count; s++)
        {
            double[][] own = scores[s];
            double[] advantages = new double[members];
            for (int k = 0; k < rewards.Count; k++)
            {
                double weight = rewards.Terms[k].Weight;
                if (weight == 0)
                {
                    continue;
                }
                double[] values = [.. own.Select(m => m[k])];
                if (!values.All(double.IsFinite))
                {
                    return new GroupAdvantages(new double[members], hasScores: false, beatsAnchor: false);
                }
                double[] part = Advantages.Of(values.AsSpan(0, members), options, anchored ? values[^1] : null);
                for (int i = 0; i < members; i++)
                {
                    advantages[i] += weight * part[i];
                }
            }
            double[] totals = [.. own.Select(m => rewards.Total(m))];
            beats |= anchored && totals.Take(members).Any(t => t > totals[^1]);
            if (options.NormaliseSignals)
            {
                Advantages.NormaliseScale(advantages);
            }
            for (int i = 0; i < members; i++)
            {
                fused[i] += signals[s].Weight * advantages[i];
            }
        }
        if (clamp > 0)
        {
            Advantages.Clamp(fused, clamp);
        }
        return new GroupAdvantages(fused, hasScores: true, beats);
    }
}
