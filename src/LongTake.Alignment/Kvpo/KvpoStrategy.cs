using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Lora;
using LongTake.Alignment.Training;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// KVPO: explores by letting branches of a video read other frames of their own past, and makes what was better than the anchor more likely under
/// the context of generation. Source: spec kvpo; Zhang et al., "KVPO: ODE-Native GRPO for Autoregressive Video Alignment via KV Semantic
/// Exploration" (2026).
/// </summary>
public sealed class KvpoStrategy : BranchStrategy
{
    private const string TemperatureName = "temperature";

    private readonly KvpoRecipe _recipe;
    private readonly Tensor _temperature;
    private readonly ForkPlanner _planner;
    private readonly bool _recordsAnchor;

    /// <summary>Prepares the adapters.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="parts">The networks; stay the caller's.</param>
    /// <exception cref="RecipeException">The model cannot be aligned so.</exception>
    /// <exception cref="CheckpointException">The recipe's adapters are of another model.</exception>
    public KvpoStrategy(KvpoRecipe recipe, GeneratorParts parts)
        : this(recipe, parts, recordsAnchor: false)
    {
    }

    internal KvpoStrategy(KvpoRecipe recipe, GeneratorParts parts, bool recordsAnchor)
        : base(recipe, parts)
    {
        _recipe = recipe;
        _recordsAnchor = recordsAnchor || recipe.AnchorWeight > 0 || recipe.AnchorInPolicy;
        _planner = new ForkPlanner(recipe);
        // Not yet calibrated.
        _temperature = TensorScope.Detach(Tensor.From<double>([recipe.TemperatureScale > 0 ? 0 : recipe.Temperature], [1]));
    }

    /// <summary>Baseline and deviation of the advantages: the anchor, and the unbiased deviation over branches and anchor.</summary>
    public override AdvantageOptions AdvantageOptions { get; } = new() { Baseline = AdvantageBaseline.Anchor, NormaliseSignals = true };

    /// <summary>Temperature of the policy; 0 until the first group when it is calibrated.</summary>
    internal double Temperature => _temperature.AsSpan<double>()[0];

    /// <inheritdoc/>
    public override IGroupRollout RollOut(Compute compute, GroupRequest request, CancellationToken cancellation)
    {
        Acting.AttachTo(Parts.Transformer);
        KvpoBranching branching = new(Parts, _recipe, _planner.Draw(request.Seed), Generator, Levels, request, _recordsAnchor);
        return Generator.Group(compute, request, branching, cancellation);
    }

    /// <inheritdoc/>
    public override GroupObjective? Accumulate(Compute compute, IGroupRollout rollout, GroupAdvantages advantages, float scale)
    {
        KvpoRollout group = (KvpoRollout)rollout;
        bool safe = advantages.BeatsAnchor;
        if (!safe && _recipe.Protection == KvpoProtection.Skip)
        {
            return null;
        }
        using TrajectoryEnergy energy = CreateEnergy(compute);
        group.References ??= References(compute, energy, group);
        (double[] acting, double[] reference) = group.References.Value;
        if (Temperature == 0)
        {
            _temperature.AsSpan<double>()[0] = Math.Max(_recipe.TemperatureScale * Advantages.Deviation(acting, DeviationKind.Population), 1e-12);
        }
        if (_recipe.AnchorWeight > 0)
        {
            group.InitialAnchor ??= InitialAnchor(compute, energy, group);
        }
        // Renewed after every update, the acting policy is the trained one.
        double[] energies = _recipe is { StepsPerSync: 1, Epochs: 1 } ? acting : Energies(compute, energy, group, Current);
        Current.AttachTo(Parts.Transformer);
        GibbsObjective objective = GibbsObjective.Of(
            energies,
            acting,
            reference,
            [.. advantages.Values, .. _recipe.AnchorInPolicy ? [0] : Array.Empty<double>()],
            Temperature,
            new ClipRange(_recipe.ClipLow, _recipe.ClipHigh),
            _recipe.KlWeight,
            !safe && _recipe.Protection == KvpoProtection.Half ? 0.5 : 1);

        // The second pass: what the objective asks of each branch's energy is known, so branches can be gone through one by one.
        double distance = 0;
        using (TextContext text = Parts.Transformer.PrepareText(compute, group.Prompt))
        {
            if (group.InitialAnchor is Trajectory anchor)
            {
                distance = energy.Evaluate(compute, anchor, text, group.Fork);
                energy.Accumulate(compute, anchor, text, group.Fork, scale * _recipe.AnchorWeight);
            }
            for (int g = 0; g < energies.Length; g++)
            {
                if (objective.Gradient[g] != 0)
                {
                    energy.Accumulate(compute, group.Choices[g], text, group.Fork, scale * objective.Gradient[g]);
                }
            }
        }
        List<KeyValuePair<string, double>> figures = Describe(objective, energies);
        if (_recipe.AnchorWeight > 0)
        {
            figures.Add(new("anchor.distance", distance));
        }
        return new GroupObjective(objective.Loss + (_recipe.AnchorWeight * distance), figures);
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Tensor>> State() => [.. base.State(), KeyValuePair.Create(TemperatureName, _temperature)];

    /// <inheritdoc/>
    public override void Dispose()
    {
        _temperature.Dispose();
        base.Dispose();
    }

    /// <summary>Energies of all that the policy chooses from under a set of adapters, which stays attached.</summary>
    internal double[] Energies(Compute compute, TrajectoryEnergy energy, KvpoRollout group, LoraWeights adapters)
    {
        adapters.AttachTo(Parts.Transformer);
        using TextContext text = Parts.Transformer.PrepareText(compute, group.Prompt);
        return [.. group.Choices.Select(c => energy.Evaluate(compute, c, text, group.Fork))];
    }

    /// <summary>What the initial policy would do along the anchor.</summary>
    private Trajectory InitialAnchor(Compute compute, TrajectoryEnergy energy, KvpoRollout group)
    {
        Initial.AttachTo(Parts.Transformer);
        using TextContext text = Parts.Transformer.PrepareText(compute, group.Prompt);
        return energy.Retarget(compute, group.Anchor!, text, group.Fork);
    }

    /// <summary>An evaluator of energies.</summary>
    internal TrajectoryEnergy CreateEnergy(Compute compute) => new(CreateReplay(compute), Levels, _recipe);

    /// <summary>Energies under the policy that acted, and under the one that the divergence is taken from.</summary>
    private (double[] Acting, double[] Reference) References(Compute compute, TrajectoryEnergy energy, KvpoRollout group)
    {
        double[] acting = Energies(compute, energy, group, Acting);
        bool usesInitial = _recipe.KlReference == KlReference.Initial && _recipe.KlWeight > 0;
        return (acting, usesInitial ? Energies(compute, energy, group, Initial) : acting);
    }

    private static List<KeyValuePair<string, double>> Describe(GibbsObjective objective, double[] energies) =>
    [
        new("policy_loss", objective.PolicyLoss),
        new("kl", objective.Divergence),
        new("entropy", objective.Entropy),
        new("ratio.min", objective.Ratios.Min()),
        new("ratio.max", objective.Ratios.Max()),
        new("clipped", (double)objective.Clipped / energies.Length),
        new("energy", energies.Average()),
        new("energy.spread", Advantages.Deviation(energies, DeviationKind.Population)),
    ];
}
