using LongTake.Alignment.Training;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Aesthetic;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.Preference;
using LongTake.Evaluation.Metrics.TextAlignment;

namespace LongTake.Alignment.Rewards;

/// <summary>
/// The rewards that recipes can name. Those of the Shapes world are exact, by the analyser; the others look through networks whose weights
/// lie in a folder that the user names. A reward whose weights are missing is refused before any work.
/// </summary>
public static class RewardCatalogue
{
    private static readonly (string Name, Func<MetricWeights, IVideoMetric> Metric, string Figure)[] s_rewards =
    [
        ("identity", _ => new SubjectMetric(), "identity"),
        ("self_identity", _ => new SubjectMetric(), "self_identity"),
        ("cross_identity", _ => new SubjectMetric(), "xid"),
        ("background", _ => new BackgroundMetric(), "background"),
        ("motion", _ => new MotionMetric(), "motion"),
        ("following", _ => new FollowingMetric(), "following"),
        ("quality", _ => new TotalMetric(), "S_quality"),
        ("total", _ => new TotalMetric(), "S_total"),
        ("fidelity", _ => new PictureMetric(), "fidelity"),
        ("clip_text", w => new TextAlignmentMetric(w), "clip.score"),
        ("aesthetic", AestheticScore.Quality, "vbench.aesthetic_quality"),
        ("dino_consistency", ConsistencyMetric.Subject, "vbench.subject_consistency"),
        ("clip_consistency", ConsistencyMetric.Background, "vbench.background_consistency"),
        ("hpsv2", w => new PreferenceMetric(w), "hpsv2.score"),
        ("hpsv2_best", w => new PreferenceMetric(w), "hpsv2.best"),
        ("arcface_centre", FaceIdentityMetric.Centre, "arcface_centre.history"),
        ("arcface_centre_consistency", FaceIdentityMetric.Centre, "arcface_centre.consistency"),
    ];

    /// <summary>Names of all rewards.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_rewards.Select(r => r.Name)];

    /// <summary>Makes a reward.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="weights">Weights of networks; must outlive the reward.</param>
    /// <exception cref="RecipeException">There is no reward of that name; the message lists what there is.</exception>
    public static IReward Create(string name, MetricWeights weights)
    {
        foreach ((string known, Func<MetricWeights, IVideoMetric> metric, string figure) in s_rewards)
        {
            if (known == name)
            {
                return new MetricReward(name, metric(weights), figure);
            }
        }
        throw new RecipeException($"There is no reward '{name}'; there are {string.Join(", ", Names)}.");
    }

    /// <summary>Makes the rewards of a recipe.</summary>
    /// <param name="optimised">Names and weights.</param>
    /// <param name="heldOut">Names of those that are reported and never optimised.</param>
    /// <param name="weights">Weights of networks; must outlive the rewards.</param>
    /// <exception cref="RecipeException">A name is unknown or occurs twice, a weight is out of range, or nothing is optimised.</exception>
    public static RewardSet Create(IReadOnlyDictionary<string, double> optimised, IReadOnlyList<string> heldOut, MetricWeights weights)
    {
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
}
