using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Evaluation.Statistics;
using LongTake.Generation.Cache;
using LongTake.Generation.Methods.Full;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Alignment.InfLvg;

/// <summary>One way of choosing a context over all stories of a trial.</summary>
/// <param name="Context">Name: learned, drawn, random, recent, window, full or best-of-n.</param>
/// <param name="Scores">One row a story, one number a reward of the trial's set.</param>
public sealed record InfLvgTrialRow(string Context, IReadOnlyList<double[]> Scores)
{
    /// <summary>Mean of one reward over the stories that have it.</summary>
    /// <param name="reward">Index of the reward.</param>
    public Interval Mean(int reward) => Bootstrap.Mean([.. Scores.Select(s => s[reward]).Where(double.IsFinite)]);

    /// <summary>Mean difference of one reward to another row, over the stories in which both have it.</summary>
    /// <param name="other">The row to compare with.</param>
    /// <param name="reward">Index of the reward.</param>
    public Interval Minus(InfLvgTrialRow other, int reward)
    {
        (double Own, double Other)[] pairs =
        [
            .. Scores.Zip(other.Scores, (a, b) => (a[reward], b[reward])).Where(p => double.IsFinite(p.Item1) && double.IsFinite(p.Item2)),
        ];
        return Bootstrap.Difference([.. pairs.Select(p => p.Own)], [.. pairs.Select(p => p.Other)]);
    }
}

/// <summary>
/// Whether a policy is worth its training: held-out stories told under its choice, under a draw of its, under chance, under the newest tokens, under a sliding window of
/// as many tokens as the policy's context holds at most, under the whole past, and under the best of n random contexts, with the same noise and the
/// same rewards. Source: spec inflvg, section 12 (baselines 1, 2, 3, 4 and 7).
/// </summary>
/// <param name="recipe">Sizes, and the rollouts of the search.</param>
/// <param name="parts">The frozen networks.</param>
/// <param name="rewards">What videos are scored by; the search takes the best by those with a weight.</param>
/// <param name="scripts">Where held-out stories come from.</param>
public sealed class InfLvgTrial(InfLvgRecipe recipe, InfLvgParts parts, RewardSet rewards, IScriptSource scripts)
{
    /// <summary>Whether a policy was trained under another context than the recipe's, under which it is tried; null when not, or not known.</summary>
    /// <param name="policy">The policy.</param>
    public string? NoteOn(InfLvgPolicyFile policy) => policy.Context is InfLvgContextSizes trained && trained != recipe.Context
        ? $"the policy '{policy.Path}' was trained with {trained}, and is tried with the recipe's {recipe.Context}"
        : null;

    /// <summary>Tells and scores.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="stories">Held-out stories, at least 1.</param>
    /// <param name="tries">Contexts that the search tries at every change of scene; 0 leaves it out.</param>
    /// <param name="progress">Told after each video: done and in all.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    /// <returns>A row a context, the learned one first.</returns>
    /// <exception cref="ArgumentException">The policy was trained for another model, or for fewer changes of scene.</exception>
    public IReadOnlyList<InfLvgTrialRow> Run(
        Compute compute,
        InfLvgPolicyFile policy,
        int stories,
        int tries,
        IProgress<(int Done, int Of)>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stories, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(tries);
        policy.Check(parts.Transformer, CacheLayout.For(parts.Transformer.Config, 1, parts.LatentHeight, parts.LatentWidth));
        if (policy.Config.Transitions > 0 && policy.Config.Transitions < recipe.Scenes - 1)
        {
            throw new ArgumentException(
                $"The policy '{policy.Path}' has networks for {policy.Config.Transitions} changes of scene, " +
                $"and the recipe's stories have {recipe.Scenes - 1}.",
                nameof(policy));
        }
        using LearnedChoice learned = new(policy);
        StreamingMethod window = new SlidingWindowOptions { Window = recipe.Context.Capacity }.ToMethod();
        List<(string Name, Func<VideoScript, ulong, RewardClip> Tell)> contexts =
        [
            ("learned", (script, seed) => Tell(compute, script, seed, learned, cancellation)),
            ("drawn", (script, seed) =>
            {
                using LearnedChoice drawn = new(policy, seed);
                return Tell(compute, script, seed, drawn, cancellation);
            }),
            ("random", (script, seed) => Tell(compute, script, seed, new RandomChoice(seed), cancellation)),
            ("recent", (script, seed) => Tell(compute, script, seed, new RecentChoice(), cancellation)),
            ("window", (script, seed) => Tell(compute, script, seed, window, cancellation)),
            ("full", (script, seed) => Tell(compute, script, seed, new FullOptions().ToMethod(), cancellation)),
        ];
        if (tries > 0)
        {
            BestOfRandom search = new(recipe, parts, rewards);
            contexts.Add(($"best-of-{tries}", (script, seed) => search.Tell(compute, script, seed, tries, cancellation)));
        }
        double[][][] scores = [.. contexts.Select(_ => new double[stories][])];
        for (int story = 0; story < stories; story++)
        {
            VideoScript script = scripts.HeldOut(story);
            for (int c = 0; c < contexts.Count; c++)
            {
                scores[c][story] = rewards.Score(contexts[c].Tell(script, recipe.EvaluationSeed + (ulong)story));
                progress?.Report(((story * contexts.Count) + c + 1, stories * contexts.Count));
            }
        }
        return [.. contexts.Select((c, i) => new InfLvgTrialRow(c.Name, scores[i]))];
    }

    private RewardClip Tell(Compute compute, VideoScript script, ulong seed, IContextChoice choice, CancellationToken cancellation)
    {
        DirectedChoice directed = new(choice.SubjectTokens) { Now = choice.Choose };
        using StoryTelling telling = new(compute, parts, recipe, script, seed, directed);
        return Tell(telling, script, cancellation);
    }

    private RewardClip Tell(Compute compute, VideoScript script, ulong seed, StreamingMethod method, CancellationToken cancellation)
    {
        using StoryTelling telling = new(compute, parts, recipe, script, seed, method);
        return Tell(telling, script, cancellation);
    }

    private static RewardClip Tell(StoryTelling telling, VideoScript script, CancellationToken cancellation)
    {
        for (int scene = 0; scene < script.Scenes.Count; scene++)
        {
            telling.Tell(scene, cancellation);
        }
        return telling.Whole();
    }
}
