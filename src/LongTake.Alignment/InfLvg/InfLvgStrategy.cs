using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.InfLvg;

/// <summary>
/// InfLVG's exploration: a group tells one story up to a change of scene, draws G contexts from the policy and begins the new scene with each.
/// The generator stays frozen. Contexts before that change are the ones with the largest scores, as when the policy is used.
/// Probabilities are those of the ordered draw (<see cref="PlackettLuce"/>), taken as the mean over its K steps, so that a clip has a meaning:
/// the release's sum differs by the factor K, which AdamW does not see. Source: spec inflvg, sections 6 and 13; rewards-and-grpo, B3 and B4.
/// </summary>
public sealed class InfLvgStrategy : IGroupStrategy
{
    private readonly InfLvgRecipe _recipe;
    private readonly InfLvgParts _parts;
    private readonly InfLvgPolicyConfig _config;
    private readonly ParameterStore[] _parameters;

    /// <summary>Makes policies of random weights.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="parts">The frozen networks; they stay the caller's.</param>
    /// <exception cref="RecipeException">The recipe does not fit the model, or the policy to start from is another one.</exception>
    public InfLvgStrategy(InfLvgRecipe recipe, InfLvgParts parts)
    {
        _recipe = recipe;
        _parts = parts;
        _config = parts.Policy(recipe);
        _parameters = Start();
        Networks = [.. _parameters.Select((p, i) => new TrainedNetwork($"policy{i}", p))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    public IReadOnlyList<GroupSignal> Signals { get; } = [new GroupSignal("scene", 1)];

    /// <inheritdoc/>
    public bool HasAnchor => false;

    /// <inheritdoc/>
    public int GroupSize => _recipe.GroupSize;

    /// <inheritdoc/>
    public GeneratorCalls Calls { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<TrainedNetwork> NetworksAt(int step) =>
        _config.Transitions == 0 ? Networks : [Networks[TransitionOf(step, 0, _recipe.Scenes) - 1]];

    /// <inheritdoc/>
    public IGroupRollout RollOut(Compute compute, GroupRequest request, CancellationToken cancellation)
    {
        int transition = TransitionOf(request.Step, request.Index, request.Script.Scenes.Count);
        DirectedChoice choice = Directed(_parameters);
        using StoryTelling telling = new(compute, _parts, _recipe, request.Script, request.Seed, choice);
        for (int scene = 0; scene < transition; scene++)
        {
            telling.Tell(scene, cancellation);
        }
        Tensor? keys = null, text = null;
        try
        {
            StoryBranches branches = telling.Branch(
                transition,
                _recipe.GroupSize,
                candidates =>
                {
                    keys = TensorScope.Detach(candidates.Keys(_config.KeyLayer));
                    text = TensorScope.Detach(candidates.Text(_config.Text));
                    using TensorScope scope = TensorScope.Open();
                    return Doubles(Policy(_parameters, transition).Score(compute, keys, text));
                },
                cancellation);
            branches.Keep(transition, keys!, text!);
            Calls.AddRollout(telling.Calls);
            return branches;
        }
        catch
        {
            keys?.Dispose();
            text?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public GroupObjective? Accumulate(Compute compute, IGroupRollout rollout, GroupAdvantages advantages, float scale)
    {
        StoryBranches branches = (StoryBranches)rollout;
        int members = branches.Count, draws = branches.Orders[0].Length;
        double[] acted = [.. branches.Scores];
        double[] logOld = [.. branches.Orders.Select(order => PlackettLuce.LogProbability(acted, order) / draws)];
        using Tape tape = compute.Record();
        Tensor alpha = Policy(_parameters, branches.Transition).Score(compute, branches.Keys!, branches.Text!);
        double[] scores = Doubles(alpha), gradient = new double[scores.Length];
        double[] logNew = [.. branches.Orders.Select(order => PlackettLuce.LogProbability(scores, order) / draws)];
        ClippedObjective objective = ClippedObjective.Of(logNew, logOld, [.. advantages.Values], _recipe.Clip);
        double divergence = 0;
        for (int i = 0; i < members; i++)
        {
            (double value, double slope) = KlDivergence.Estimate(KlEstimator.K3, logNew[i], logOld[i]);
            divergence += value / members;
            double coefficient = objective.Gradient[i] + (_recipe.KlWeight * slope / members);
            PlackettLuce.AddGradient(scores, branches.Orders[i], coefficient * scale / draws, gradient);
        }
        using Tensor seed = Tensor.Empty(alpha.Shape);
        for (int i = 0; i < gradient.Length; i++)
        {
            seed.Span[i] = (float)gradient[i];
        }
        tape.Backward(alpha, seed);
        return new GroupObjective(
            objective.Loss + (_recipe.KlWeight * divergence),
            [
                KeyValuePair.Create("ratio", objective.Ratios.Average()),
                KeyValuePair.Create("clipped", (double)objective.Clipped / members),
                KeyValuePair.Create("kl", divergence),
                KeyValuePair.Create("score_deviation", Advantages.Deviation(scores, DeviationKind.Population)),
            ]);
    }

    /// <inheritdoc/>
    public RewardClip Deploy(Compute compute, VideoScript script, ulong seed, IReadOnlyList<ParameterStore> weights)
    {
        using StoryTelling telling = new(compute, _parts, _recipe, script, seed, Directed(weights));
        for (int scene = 0; scene < script.Scenes.Count; scene++)
        {
            telling.Tell(scene, CancellationToken.None);
        }
        return telling.Whole();
    }

    /// <inheritdoc/>
    public RewardClip Preview(VideoScript script)
    {
        (int first, int count) = StoryTelling.Seen(_recipe, 1);
        return new RewardClip(StoryTelling.Clips(_parts, _recipe, script).Describe(first, count), ReadOnlyMemory<byte>.Empty);
    }

    /// <inheritdoc/>
    public void StepDone(int step)
    {
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State() => [];

    /// <inheritdoc/>
    public void LoadState(ITensorSource source, string prefix)
    {
    }

    /// <summary>Writes <c>policy.safetensors</c>.</summary>
    /// <inheritdoc/>
    public void Export(IReadOnlyList<ParameterStore> weights, string folder)
    {
        using ParameterStore all = new();
        foreach (ParameterStore store in weights)
        {
            foreach (string name in store.Names)
            {
                all.Add(name, store[name].Clone());
            }
        }
        InfLvgPolicyFile.Write(Path.Combine(folder, "policy.safetensors"), _config, _parts.Transformer, all, _recipe.Context);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ParameterStore store in _parameters)
        {
            store.Dispose();
        }
    }

    /// <summary>The change of scene that a group is about: one after the other, for all groups of a step where policies are apart.</summary>
    internal int TransitionOf(int step, int index, int scenes) =>
        1 + ((_config.Transitions > 0 ? step : (step * _recipe.GroupsPerStep) + index) % (scenes - 1));

    private static double[] Doubles(Tensor scores) => Array.ConvertAll(scores.Span.ToArray(), s => (double)s);

    private InfLvgPolicy Policy(IReadOnlyList<ParameterStore> weights, int transition) =>
        new(_config, weights[_config.Transitions == 0 ? 0 : transition - 1], transition);

    private DirectedChoice Directed(IReadOnlyList<ParameterStore> weights) => new(_config.Text == PolicyText.Prompt ? 0 : _config.SubjectTokens)
    {
        Now = (candidates, chosen) => LearnedChoice.Best(Policy(weights, candidates.Transition), _config, candidates, chosen),
    };

    /// <summary>One store a policy, random or from a file.</summary>
    private ParameterStore[] Start()
    {
        IReadOnlyList<ParameterSpec> specs = InfLvgPolicy.Specs(_config);
        using ParameterStore all = _recipe.StartFrom is string path ? Load(path) : ParameterStore.CreateRandom(specs, _recipe.Seed);
        ParameterStore[] stores = new ParameterStore[_config.Policies];
        int each = all.Names.Count / stores.Length;
        for (int i = 0; i < stores.Length; i++)
        {
            stores[i] = new ParameterStore();
            foreach (string name in all.Names.Skip(i * each).Take(each))
            {
                stores[i].Add(name, all[name].Clone());
            }
        }
        return stores;
    }

    private ParameterStore Load(string path)
    {
        InfLvgPolicyFile file = InfLvgPolicyFile.Open(path);
        if (file.Config != _config || file.Generator != InfLvgPolicyFile.FingerprintOf(_parts.Transformer, _config.KeyLayer))
        {
            throw new RecipeException(
                $"The policy '{path}' (start_from) is of other sizes than the recipe's, or was trained for another model; " +
                "leave start_from out, or give the recipe its sizes and model.");
        }
        return file.Load(WeightUse.Training);
    }
}
