using System.Globalization;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Generation.Video;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Grpo;

/// <summary>
/// The trainer of all strategies that learn from groups: a step draws scripts, lets the strategy make a group for each, scores all members,
/// makes advantages of the scores and lets the strategy add up gradients. Everything random is a function of the recipe's seed and the step.
/// Source: spec rewards-and-grpo, sections B1, B6, B7 and B11.
/// </summary>
public sealed class GroupTask : ITrainingTask
{
    private const string CallsName = "calls";
    private const int SheetRows = 8;
    private const int SheetColumns = 8;

    private readonly GroupRecipe _recipe;
    private readonly IGroupStrategy _strategy;
    private readonly IScriptSource _scripts;
    private readonly RewardSet _rewards;
    private readonly AdvantageOptions _advantages;
    private readonly List<Group> _groups = [];
    private readonly List<KeyValuePair<string, double>> _evaluation = [];
    private readonly Tensor _calls = TensorScope.Detach(Tensor.From<double>([0], [1]));
    private IReadOnlyList<KeyValuePair<string, double>> _callsBefore;
    private GroupFigures _figures = new();

    /// <summary>Takes the strategy over.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="strategy">What explores and learns; is freed with this object.</param>
    /// <param name="scripts">What videos show.</param>
    /// <param name="rewards">What is optimised and what is held out; stay the caller's.</param>
    /// <param name="advantages">Baseline and deviation; the recipe says what a tie is.</param>
    /// <exception cref="RecipeException">A reward cannot be had for the strategy's clips; the message says why.</exception>
    public GroupTask(GroupRecipe recipe, IGroupStrategy strategy, IScriptSource scripts, RewardSet rewards, AdvantageOptions advantages)
    {
        _recipe = recipe;
        _strategy = strategy;
        _scripts = scripts;
        _rewards = rewards;
        _advantages = advantages with { TieTolerance = recipe.TieTolerance };
        _callsBefore = strategy.Calls.Figures;
        IReadOnlyList<string> missing = rewards.WhyNot(strategy.Preview(scripts.Training(0)).Video);
        if (missing.Count > 0)
        {
            throw new RecipeException($"The recipe's rewards cannot be had. {string.Join("; ", missing)}.");
        }
    }

    /// <summary>Gives a step up while its groups are made; the training then stops before the step and does it anew when resumed.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<TrainedNetwork> Networks => _strategy.Networks;

    /// <inheritdoc/>
    public bool SamplesAtStart => true;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Figures => [.. _figures.Means, .. _evaluation];

    /// <inheritdoc/>
    public IReadOnlyList<TrainingUpdate> Updates(int step)
    {
        DropGroups();
        _evaluation.Clear();
        _figures = new GroupFigures();
        _callsBefore = _strategy.Calls.Figures;
        IReadOnlyList<TrainedNetwork> networks = _strategy.NetworksAt(step);
        return [.. Enumerable.Range(0, _recipe.Epochs).Select(epoch => TrainingUpdate.Piecewise(c => Accumulate(c, step, epoch), networks))];
    }

    /// <inheritdoc/>
    public void StepDone(Compute compute, int step)
    {
        DropGroups();
        CountCalls();
        _strategy.StepDone(step);
    }

    /// <summary>
    /// "reward 0.613, kl 0.0012, calls 5120": mean of what is optimised over members and signals, and all calls of the generator so far.
    /// </summary>
    public string Describe()
    {
        double reward = _figures.Mean("reward"), kl = _figures.Mean("kl");
        List<string> parts = [];
        if (!double.IsNaN(reward))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"reward {reward:F4}"));
        }
        if (!double.IsNaN(kl))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"kl {kl:G3}"));
        }
        parts.Add(string.Create(CultureInfo.InvariantCulture, $"calls {_calls.AsSpan<double>()[0]}"));
        return string.Join(", ", parts);
    }

    /// <summary>Generates held-out scripts, scores them (<c>eval.*</c> of <see cref="Figures"/>) and draws the first of them.</summary>
    /// <inheritdoc/>
    public void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath)
    {
        _evaluation.Clear();
        double[][] scores = new double[_recipe.EvaluationScripts][];
        ContactSheet? sheet = null;
        for (int i = 0; i < scores.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            VideoScript script = _scripts.HeldOut(i);
            RewardClip clip = _strategy.Deploy(compute, script, _recipe.EvaluationSeed + (ulong)i, weights);
            scores[i] = _rewards.Score(clip);
            if (i < SheetRows)
            {
                sheet ??= new ContactSheet(clip.Video.Width, clip.Video.Height);
                sheet.AddRow(script.Scenes[0].Prompt, Pick(clip));
            }
        }
        sheet!.Save(pngPath);
        for (int k = 0; k < _rewards.Count; k++)
        {
            double[] values = [.. scores.Select(s => s[k]).Where(double.IsFinite)];
            if (values.Length > 0)
            {
                string name = "eval." + _rewards.Terms[k].Reward.Name;
                _evaluation.Add(KeyValuePair.Create(name, values.Average()));
                _evaluation.Add(KeyValuePair.Create(name + ".min", values.Min()));
            }
        }
    }

    /// <inheritdoc/>
    public void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder) => _strategy.Export(weights, folder);

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State() => [.. _strategy.State(), KeyValuePair.Create(CallsName, _calls)];

    /// <inheritdoc/>
    public void LoadState(ITensorSource source, string prefix)
    {
        _strategy.LoadState(source, prefix);
        TaskState.Load([KeyValuePair.Create(CallsName, _calls)], source, prefix);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DropGroups();
        _calls.Dispose();
        _strategy.Dispose();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pick(RewardClip clip)
    {
        int every = Math.Max(1, clip.Video.FrameCount / SheetColumns), size = clip.Video.FrameBytes;
        for (int f = 0; f < clip.Video.FrameCount; f += every)
        {
            yield return clip.Frames.Slice(f * size, size);
        }
    }

    /// <summary>
    /// Calls of the step by kind, and all so far, those before a resumption too: of a step that was given up nothing counts.
    /// </summary>
    private void CountCalls()
    {
        double all = 0;
        foreach (((string name, double after), (_, double before)) in _strategy.Calls.Figures.Zip(_callsBefore))
        {
            _figures.Add(name, after - before);
            all += after - before;
        }
        _calls.AsSpan<double>()[0] += all;
        _figures.Add(CallsName, _calls.AsSpan<double>()[0]);
    }

    private double? Accumulate(Compute compute, int step, int epoch)
    {
        double loss = 0;
        int learned = 0;
        bool isLast = epoch == _recipe.Epochs - 1;
        for (int i = 0; i < _recipe.GroupsPerStep; i++)
        {
            if (epoch == 0)
            {
                _groups.Add(Make(compute, step, i));
            }
            Group group = _groups[i];
            if (!group.Advantages.IsDegenerate
                && _strategy.Accumulate(compute, group.Rollout, group.Advantages, 1f / _recipe.GroupsPerStep) is GroupObjective objective)
            {
                loss += objective.Loss / _recipe.GroupsPerStep;
                learned++;
                _figures.Add(objective.Figures);
            }
            if (isLast)
            {
                group.Rollout.Dispose();
            }
        }
        if (epoch == 0)
        {
            _figures.Add("skipped", 1 - ((double)learned / _recipe.GroupsPerStep));
        }
        return learned > 0 ? loss : null;
    }

    private Group Make(Compute compute, int step, int index)
    {
        CounterRandom random = new(_recipe.Seed ^ 0x67726F7570, ((ulong)step << 16) | (uint)index);
        ulong seed = ((ulong)random.NextUInt32() << 32) | random.NextUInt32();
        VideoScript script = _scripts.Training(((long)step * _recipe.GroupsPerStep) + index);
        IGroupRollout rollout = _strategy.RollOut(compute, new GroupRequest(step, index, script, seed), Cancellation);
        try
        {
            IReadOnlyList<GroupSignal> signals = _strategy.Signals;
            int all = rollout.Count + (_strategy.HasAnchor ? 1 : 0);
            double[][][] scores = [.. signals.Select(_ => new double[all][])];
            for (int member = 0; member < all; member++)
            {
                for (int s = 0; s < signals.Count; s++)
                {
                    Cancellation.ThrowIfCancellationRequested();
                    scores[s][member] = _rewards.Score(rollout.Clips(compute, s, member));
                }
            }
            _figures.AddScores(scores, signals, _rewards, _strategy.HasAnchor);
            _figures.Add("reward", signals.Select((_, s) => scores[s].Take(rollout.Count).Average(m => _rewards.Total(m))).Average());
            _figures.Add(rollout.Figures);
            if (_recipe.ShuffleRewards)
            {
                Shuffle(random, scores, rollout.Count);
            }
            GroupAdvantages advantages = GroupAdvantages.Of(scores, signals, _rewards, _advantages, _recipe.AdvantageClamp);
            if (_strategy.HasAnchor)
            {
                _figures.Add("unsafe", advantages.BeatsAnchor ? 0 : 1);
            }
            return new Group(rollout, advantages);
        }
        catch
        {
            rollout.Dispose();
            throw;
        }
    }

    /// <summary>The same permutation for all signals, so that a member's scores stay together.</summary>
    private static void Shuffle(CounterRandom random, double[][][] scores, int members)
    {
        for (int i = members - 1; i > 0; i--)
        {
            int j = random.NextInt(i + 1);
            foreach (double[][] signal in scores)
            {
                (signal[i], signal[j]) = (signal[j], signal[i]);
            }
        }
    }

    private void DropGroups()
    {
        _groups.ForEach(g => g.Rollout.Dispose());
        _groups.Clear();
    }

    private sealed record Group(IGroupRollout Rollout, GroupAdvantages Advantages);
}
