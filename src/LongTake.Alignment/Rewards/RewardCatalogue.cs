using LongTake.Alignment.Training;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Aesthetic;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.Preference;
using LongTake.Evaluation.Metrics.StandIns;
using LongTake.Evaluation.Metrics.TextAlignment;

namespace LongTake.Alignment.Rewards;

/// <summary>
/// The rewards that recipes can name. Those of the Shapes world are exact, by the analyser; <c>si_*</c> look at any video; the others look
/// through networks whose weights lie in a folder that the user names. A reward whose weights are missing is refused before any work.
/// </summary>
/// <remarks>
/// Some are tests: they can be held out and not optimised, so that a video that plays the rewards is still seen for what it is. Source: spec
/// benchmarks, section 4.10.
/// </remarks>
public static class RewardCatalogue
{
    private static readonly Entry[] s_rewards =
    [
        Of("identity", _ => new SubjectMetric(), "identity"),
        Of("self_identity", _ => new SubjectMetric(), "self_identity"),
        Of("cross_identity", _ => new SubjectMetric(), "xid"),
        Of("background", _ => new BackgroundMetric(), "background"),
        Of("motion", _ => new MotionMetric(), "motion"),
        Of("following", _ => new FollowingMetric(), "following"),
        Of("quality", _ => new TotalMetric(), "S_quality"),
        Of("total", _ => new TotalMetric(), "S_total"),
        Of("fidelity", _ => new PictureMetric(), "fidelity"),
        new("si_flow", _ => new MovementReward("si_flow")),
        Of("si_smooth", _ => new SmoothnessStandIn(), "si_smooth"),
        Of("clip_text", w => new TextAlignmentMetric(w), "clip.score"),
        Of("aesthetic", AestheticScore.Quality, "vbench.aesthetic_quality"),
        Of("dino_consistency", ConsistencyMetric.Subject, "vbench.subject_consistency"),
        Of("clip_consistency", ConsistencyMetric.Background, "vbench.background_consistency"),
        Of("hpsv2", w => new PreferenceMetric(w), "hpsv2.score"),
        Of("hpsv2_best", w => new PreferenceMetric(w), "hpsv2.best"),
        Of("arcface_centre", FaceIdentityMetric.Centre, "arcface_centre.history"),
        Of("arcface_centre_consistency", FaceIdentityMetric.Centre, "arcface_centre.consistency"),
        Test("jumps", () => new ContinuityMetric(), "jumps"),
        Test("smooth", () => new ContinuityMetric(), "smooth"),
        Test("frozen", () => new MotionMetric(), "frozen"),
        Test("flicker", () => new PictureMetric(), "flicker"),
        Test("presence", () => new SubjectMetric(), "presence"),
        Test("dup", () => new SubjectMetric(), "dup"),
        Test("recall", () => new RecallMetric(), "recall.similarity"),
        Test("atoms", () => new AtomsMetric(), "atoms.cov"),
        Test("drift", () => new DriftMetric(), "drift.following.abs5s"),
        Test("early_return", () => new RepetitionMetric(), "early_return"),
    ];

    /// <summary>Names of all rewards that can be optimised, or held out.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_rewards.Where(r => !r.IsTest).Select(r => r.Name)];

    /// <summary>Names of those that can only be held out.</summary>
    public static IReadOnlyList<string> Tests { get; } = [.. s_rewards.Where(r => r.IsTest).Select(r => r.Name)];

    /// <summary>Makes a reward.</summary>
    /// <param name="name">One of <see cref="Names"/> or <see cref="Tests"/>.</param>
    /// <param name="weights">Weights of networks; must outlive the reward.</param>
    /// <exception cref="RecipeException">There is no reward of that name; the message lists what there is.</exception>
    public static IReward Create(string name, MetricWeights weights)
    {
        Entry entry = s_rewards.FirstOrDefault(r => r.Name == name)
            ?? throw new RecipeException(
                $"There is no reward '{name}'; there are {string.Join(", ", Names)}, and to be held out {string.Join(", ", Tests)}.");
        return entry.Create(weights);
    }

    /// <summary>Makes the rewards of a recipe.</summary>
    /// <param name="optimised">Names and weights.</param>
    /// <param name="heldOut">Names of those that are reported and never optimised.</param>
    /// <param name="weights">Weights of networks; must outlive the rewards.</param>
    /// <exception cref="RecipeException">
    /// A name is unknown or occurs twice, a weight is out of range, nothing is optimised, or something that can only be held out is.
    /// </exception>
    public static RewardSet Create(IReadOnlyDictionary<string, double> optimised, IReadOnlyList<string> heldOut, MetricWeights weights)
    {
        string[] tests = [.. optimised.Where(r => r.Value != 0).Select(r => r.Key).Where(Tests.Contains).Order(StringComparer.Ordinal)];
        if (tests.Length > 0)
        {
            throw new RecipeException(
                $"The recipe optimises {string.Join(", ", tests)}, which can only be held out: what is trained for is no test any more. "
                + $"Name it in 'held_out_rewards', and optimise some of {string.Join(", ", Names)}.");
        }
        try
        {
            return new RewardSet(
            [
                .. optimised.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => new RewardTerm(Create(r.Key, weights), r.Value)),
                .. heldOut.Order(StringComparer.Ordinal).Select(r => new RewardTerm(Create(r, weights), 0)),
            ]);
        }
        catch (ArgumentException e)
        {
            throw new RecipeException($"The recipe's rewards cannot be used. {e.Message}", e);
        }
    }

    private static Entry Of(string name, Func<MetricWeights, IVideoMetric> metric, string figure) =>
        new(name, w => new MetricReward(name, metric(w), figure));

    private static Entry Test(string name, Func<IVideoMetric> metric, string figure) =>
        new(name, _ => new MetricReward(name, metric(), figure), IsTest: true);

    private sealed record Entry(string Name, Func<MetricWeights, IReward> Create, bool IsTest = false);
}
