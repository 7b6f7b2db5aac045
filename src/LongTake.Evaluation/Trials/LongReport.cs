using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Trials;

/// <summary>The scores that matter for long videos of one prompt; see <see cref="VideoScores"/> for each.</summary>
public sealed record LongScores(
    double Presence, double Identity, double SelfIdentity, double Background, double Motion, double Following, double Fidelity,
    double FidelityDrift, double FidelityDriftAbsolute, double FollowingDrift, double LumaDrift, double ChromaDrift,
    double Jumps, double Resets, double Frozen, double Smooth, double Flicker, double Life, double Total)
{
    internal static LongScores Of(VideoScores s) => new(
        s.Presence, s.Identity, s.SelfIdentity, s.Background, s.Motion ?? 0, s.Following, s.Fidelity,
        s.FidelityDrift.Signed5s, s.FidelityDrift.Abs5s, s.FollowingDrift.Signed5s, s.LumaDrift, s.ChromaDrift,
        s.Jumps, s.Resets, s.Frozen, s.Smooth, s.Flicker, s.Life, s.Total);

    internal static LongScores Mean(IReadOnlyCollection<LongScores> all)
    {
        return new LongScores(
            Of(s => s.Presence), Of(s => s.Identity), Of(s => s.SelfIdentity), Of(s => s.Background), Of(s => s.Motion), Of(s => s.Following),
            Of(s => s.Fidelity), Of(s => s.FidelityDrift), Of(s => s.FidelityDriftAbsolute), Of(s => s.FollowingDrift), Of(s => s.LumaDrift),
            Of(s => s.ChromaDrift), Of(s => s.Jumps), Of(s => s.Resets), Of(s => s.Frozen), Of(s => s.Smooth), Of(s => s.Flicker),
            Of(s => s.Life), Of(s => s.Total));

        double Of(Func<LongScores, double> value) => all.Average(value);
    }
}

/// <summary>One long video.</summary>
/// <param name="Prompt">Number of the prompt.</param>
/// <param name="Seed">Seed of the video.</param>
/// <param name="Scores">Its scores.</param>
/// <param name="Curve">Scores over time.</param>
public sealed record LongOutcome(int Prompt, ulong Seed, LongScores Scores, ScoreCurve Curve);

/// <summary>Long videos of one prompt each.</summary>
/// <param name="Length">Length as a multiple of a clip.</param>
/// <param name="Seconds">Length in seconds.</param>
/// <param name="How">How they were sampled.</param>
/// <param name="Mean">Mean scores.</param>
/// <param name="Curve">Mean scores over time.</param>
/// <param name="Outcomes">One by one.</param>
public sealed record LongReport(
    int Length, double Seconds, string How, LongScores Mean, ScoreCurve Curve, IReadOnlyList<LongOutcome> Outcomes)
{
    internal static LongReport Of(int length, double seconds, string how, List<LongOutcome> outcomes)
    {
        ScoreCurve mean = new(Over(c => c.Fidelity), Over(c => c.Identity), Over(c => c.Following));
        return new LongReport(length, seconds, how, LongScores.Mean([.. outcomes.Select(o => o.Scores)]), mean, outcomes);

        double[] Over(Func<ScoreCurve, IReadOnlyList<double>> curve) =>
            [.. Enumerable.Range(0, curve(outcomes[0].Curve).Count).Select(i => outcomes.Average(o => curve(o.Curve)[i]))];
    }
}
