using LongTake.Alignment.Distillation;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Lora;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// KVPO: explores by letting branches of a video read other frames of their own past, and makes what was better than the anchor more likely under
/// the context of generation. Three sets of adapters take turns on one frozen transformer: the one that is trained, the one that acts and
/// the initial one. Source: spec kvpo; Zhang et al., "KVPO: ODE-Native GRPO for Autoregressive Video Alignment via KV Semantic Exploration" (2026).
/// </summary>
public sealed class KvpoStrategy : IGroupStrategy
{
    private const string ActingPrefix = "acting.";
    private const string TemperatureName = "temperature";

    private readonly KvpoRecipe _recipe;
    private readonly KvpoParts _parts;
    private readonly BranchGenerator _generator;
    private readonly FewStepLevels _levels;
    private readonly LoraWeights _current;
    private readonly LoraWeights _acting;
    private readonly LoraWeights _initial;
    private readonly Tensor _temperature;
    private readonly ForkPlanner _planner;

    /// <summary>Prepares the adapters.</summary>
    /// <param name="recipe">Validated options.</param>
    /// <param name="parts">The networks; stay the caller's.</param>
    /// <exception cref="RecipeException">The model cannot be aligned so.</exception>
    /// <exception cref="CheckpointException">The recipe's adapters are of another model.</exception>
    public KvpoStrategy(KvpoRecipe recipe, KvpoParts parts)
        : this(recipe, parts, recordsAnchor: false)
    {
    }

    internal KvpoStrategy(KvpoRecipe recipe, KvpoParts parts, bool recordsAnchor)
    {
        recipe.Check(parts.Settings);
        _recipe = recipe;
        _parts = parts;
        _planner = new ForkPlanner(recipe);
        _generator = new BranchGenerator(parts, recipe, _planner) { RecordsAnchor = recordsAnchor };
        _levels = new FewStepLevels(parts.Settings.StepList, parts.Settings.Shift);
        _current = recipe.Lora is string path
            ? LoraWeights.Load(path, parts.Transformer)
            : LoraWeights.Create(parts.Transformer, recipe.LoraOptions, recipe.Seed);
        _acting = _current.Clone();
        _initial = _current.Clone();
        foreach (Tensor t in _current.Parameters.Tensors)
        {
            // A step whose coefficients are all zero moves by its momentum. The optimiser passes over parameters without a gradient, so
            // without these the first step after a resumption would not.
            t.Grad = TensorScope.Detach(Tensor.Zeros(t.Shape));
        }
        // Not yet calibrated.
        _temperature = TensorScope.Detach(Tensor.From<double>([recipe.TemperatureScale > 0 ? 0 : recipe.Temperature], [1]));
        parts.Transformer.RecomputeBlocks = recipe.RecomputeBlocks;
        Networks = [new TrainedNetwork("lora", _current.Parameters) { AverageWarmUp = false }];
        Signals =
        [
            .. recipe.LocalWeight > 0 ? [new GroupSignal("local", recipe.LocalWeight)] : Array.Empty<GroupSignal>(),
            .. recipe.GlobalWeight > 0 ? [new GroupSignal("global", recipe.GlobalWeight)] : Array.Empty<GroupSignal>(),
        ];
    }

    /// <summary>Baseline and deviation of the advantages: the anchor, and the unbiased deviation over branches and anchor.</summary>
    public static AdvantageOptions AdvantageOptions { get; } = new() { Baseline = AdvantageBaseline.Anchor, NormaliseSignals = true };

    /// <inheritdoc/>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    public IReadOnlyList<GroupSignal> Signals { get; }

    /// <inheritdoc/>
    public bool HasAnchor => true;

    /// <inheritdoc/>
    public int GroupSize => _recipe.GroupSize;

    /// <summary>Temperature of the policy; 0 until the first group when it is calibrated.</summary>
    internal double Temperature => _temperature.AsSpan<double>()[0];

    /// <summary>The adapters that are trained.</summary>
    internal LoraWeights Current => _current;

    /// <summary>The adapters that act.</summary>
    internal LoraWeights Acting => _acting;

    /// <inheritdoc/>
    public IGroupRollout RollOut(Compute compute, GroupRequest request, CancellationToken cancellation)
    {
        _acting.AttachTo(_parts.Transformer);
        return _generator.Group(compute, request.Script, request.Seed, cancellation);
    }

    /// <inheritdoc/>
    public GroupObjective? Accumulate(Compute compute, IGroupRollout rollout, GroupAdvantages advantages, float scale)
    {
        KvpoRollout group = (KvpoRollout)rollout;
        bool safe = advantages.BeatsAnchor;
        if (!safe && _recipe.Protection == KvpoProtection.Skip)
        {
            return null;
        }
        using TrajectoryEnergy energy = new(_parts.Transformer, _levels, _recipe, _generator.CreateCache(compute));
        group.References ??= (Energies(compute, energy, group, _acting), Energies(compute, energy, group, _initial));
        (double[] acting, double[] initial) = group.References.Value;
        if (Temperature == 0)
        {
            _temperature.AsSpan<double>()[0] = Math.Max(_recipe.TemperatureScale * Advantages.Deviation(acting, DeviationKind.Population), 1e-12);
        }
        double[] energies = Energies(compute, energy, group, _current);
        GibbsObjective objective = GibbsObjective.Of(
            energies,
            acting,
            initial,
            [.. advantages.Values],
            Temperature,
            new ClipRange(_recipe.ClipLow, _recipe.ClipHigh),
            _recipe.KlWeight,
            !safe && _recipe.Protection == KvpoProtection.Half ? 0.5 : 1);

        // The second pass: what the objective asks of each branch's energy is known, so branches can be gone through one by one.
        using (TextContext text = _parts.Transformer.PrepareText(compute, group.Prompt))
        {
            for (int g = 0; g < energies.Length; g++)
            {
                if (objective.Gradient[g] != 0)
                {
                    energy.Accumulate(compute, group.Trajectories[g], text, group.Fork, scale * objective.Gradient[g]);
                }
            }
        }
        return new GroupObjective(objective.Loss, Describe(objective, energies));
    }

    /// <inheritdoc/>
    public RewardClip Deploy(Compute compute, VideoScript script, ulong seed, IReadOnlyList<ParameterStore> weights)
    {
        using LoraWeights given = _current.With(weights[0]);
        given.AttachTo(_parts.Transformer);
        List<Tensor> chunks = _generator.Whole(compute, script, seed);
        using WanVaeStreamingDecoder decoder = new(_parts.Vae.Decoder);
        byte[] frames = KvpoParts.Decode(compute, decoder, chunks);
        chunks.ForEach(c => c.Dispose());
        return _generator.Lay(script).Clip(0, frames);
    }

    /// <inheritdoc/>
    public RewardClip Preview(VideoScript script)
    {
        (int start, int end) = _planner.SectionAt(0);
        int first = Evaluation.Shapes.FrameGrid.LatentStart(start), last = Evaluation.Shapes.FrameGrid.LatentStart(end);
        return new RewardClip(_generator.Lay(script).Describe(first, last - first), ReadOnlyMemory<byte>.Empty);
    }

    /// <inheritdoc/>
    public void StepDone(int step)
    {
        if (step % _recipe.StepsPerSync == 0)
        {
            _acting.CopyFrom(_current);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
    [
        .. _acting.Parameters.Names.Select(n => KeyValuePair.Create(ActingPrefix + n, _acting.Parameters[n])),
        KeyValuePair.Create(TemperatureName, _temperature),
    ];

    /// <inheritdoc/>
    public void LoadState(ITensorSource source, string prefix)
    {
        foreach ((string name, Tensor target) in State())
        {
            using Tensor stored = TensorScope.Detach(source.Load(prefix + name));
            if (stored.Shape != target.Shape || stored.DType != target.DType)
            {
                throw new CheckpointException($"The checkpoint holds {prefix + name} as {stored}; {target} is expected.");
            }
            target.CopyFrom(stored);
        }
    }

    /// <summary>
    /// Writes the adapters (<c>lora.safetensors</c>, diffusers' names) and, as a model folder's causal transformer, the network with them merged
    /// into it.
    /// </summary>
    /// <inheritdoc/>
    public void Export(IReadOnlyList<ParameterStore> weights, string folder)
    {
        using LoraWeights given = _current.With(weights[0]);
        Directory.CreateDirectory(folder);
        given.Save(Path.Combine(folder, "lora.safetensors"));
        using ParameterStore merged = Widen(_parts.Transformer.Parameters);
        given.MergeInto(merged);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, _parts.Transformer.Config, _parts.Settings, merged);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parts.Transformer.Attach(null);
        _current.Dispose();
        _acting.Dispose();
        _initial.Dispose();
        _temperature.Dispose();
    }

    /// <summary>Energies of all branches under a set of adapters, which stays attached.</summary>
    internal double[] Energies(Compute compute, TrajectoryEnergy energy, KvpoRollout group, LoraWeights adapters)
    {
        adapters.AttachTo(_parts.Transformer);
        using TextContext text = _parts.Transformer.PrepareText(compute, group.Prompt);
        double[] energies = new double[group.Count];
        for (int g = 0; g < energies.Length; g++)
        {
            energies[g] = energy.Evaluate(compute, group.Trajectories[g], text, group.Fork);
        }
        return energies;
    }

    /// <summary>An evaluator of energies.</summary>
    internal TrajectoryEnergy CreateEnergy(Compute compute) => new(_parts.Transformer, _levels, _recipe, _generator.CreateCache(compute));

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

    private static ParameterStore Widen(ParameterStore source)
    {
        ParameterStore copy = new();
        foreach (string name in source.Names)
        {
            copy.Add(name, TensorConversion.To(source[name], DType.F32));
        }
        return copy;
    }
}
