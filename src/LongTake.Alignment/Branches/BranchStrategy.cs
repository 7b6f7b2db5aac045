using LongTake.Alignment.Distillation;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Lora;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Branches;

/// <summary>
/// What all alignments of a few-step transformer by branches share: three sets of adapters that take turns on one frozen transformer (the one that
/// is trained, the one that acts and the initial one), videos as users get them, the state and the result. Each method adds how it explores
/// and how it learns.
/// </summary>
public abstract class BranchStrategy : IGroupStrategy
{
    private const string ActingPrefix = "acting.";

    private readonly BranchRecipe _recipe;

    /// <summary>Prepares the adapters.</summary>
    /// <exception cref="RecipeException">The model cannot be aligned so.</exception>
    /// <exception cref="CheckpointException">The recipe's adapters are of another model.</exception>
    private protected BranchStrategy(BranchRecipe recipe, GeneratorParts parts)
    {
        recipe.Check(parts.Settings);
        _recipe = recipe;
        Parts = parts;
        Generator = new BranchGenerator(parts, recipe, Calls);
        Levels = new FewStepLevels(parts.Settings.StepList, parts.Settings.Shift);
        Current = recipe.Lora is string path
            ? LoraWeights.Load(path, parts.Transformer)
            : LoraWeights.Create(parts.Transformer, recipe.LoraOptions, recipe.Seed);
        Acting = Current.Clone();
        Initial = Current.Clone();
        foreach (Tensor t in Current.Parameters.Tensors)
        {
            // A step whose coefficients are all zero moves by its momentum. The optimiser passes over parameters without a gradient, so
            // without these the first step after a resumption would not.
            t.Grad = TensorScope.Detach(Tensor.Zeros(t.Shape));
        }
        parts.Transformer.RecomputeBlocks = recipe.RecomputeBlocks;
        Networks = [new TrainedNetwork("lora", Current.Parameters) { AverageWarmUp = false }];
        Signals =
        [
            .. recipe.LocalWeight > 0 ? [new GroupSignal("local", recipe.LocalWeight)] : Array.Empty<GroupSignal>(),
            .. recipe.GlobalWeight > 0 ? [new GroupSignal("global", recipe.GlobalWeight)] : Array.Empty<GroupSignal>(),
        ];
    }

    /// <summary>How rewards become advantages.</summary>
    public abstract AdvantageOptions AdvantageOptions { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    public IReadOnlyList<GroupSignal> Signals { get; }

    /// <inheritdoc/>
    public bool HasAnchor => AdvantageOptions.Baseline == AdvantageBaseline.Anchor;

    /// <inheritdoc/>
    public int GroupSize => _recipe.GroupSize;

    /// <inheritdoc/>
    public GeneratorCalls Calls { get; } = new();

    /// <summary>The networks.</summary>
    internal GeneratorParts Parts { get; }

    /// <summary>Makes videos.</summary>
    internal BranchGenerator Generator { get; }

    /// <summary>The sampler's timesteps and noise levels.</summary>
    internal FewStepLevels Levels { get; }

    /// <summary>The adapters that are trained.</summary>
    internal LoraWeights Current { get; }

    /// <summary>The adapters that act.</summary>
    internal LoraWeights Acting { get; }

    /// <summary>The adapters that training began with.</summary>
    internal LoraWeights Initial { get; }

    /// <inheritdoc/>
    public abstract IGroupRollout RollOut(Compute compute, GroupRequest request, CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract GroupObjective? Accumulate(Compute compute, IGroupRollout rollout, GroupAdvantages advantages, float scale);

    /// <inheritdoc/>
    public RewardClip Deploy(Compute compute, VideoScript script, ulong seed, IReadOnlyList<ParameterStore> weights)
    {
        using LoraWeights given = Current.With(weights[0]);
        given.AttachTo(Parts.Transformer);
        List<Tensor> chunks = Generator.Whole(compute, script, seed);
        using WanVaeStreamingDecoder decoder = new(Parts.Vae.Decoder);
        byte[] frames = GeneratorParts.Decode(compute, decoder, chunks);
        chunks.ForEach(c => c.Dispose());
        return Generator.Lay(script).Clip(0, frames);
    }

    /// <inheritdoc/>
    public RewardClip Preview(VideoScript script)
    {
        (int start, int end) = _recipe.SectionAt(0);
        int first = FrameGrid.LatentStart(start), last = FrameGrid.LatentStart(end);
        return new RewardClip(Generator.Lay(script).Describe(first, last - first), ReadOnlyMemory<byte>.Empty);
    }

    /// <inheritdoc/>
    public void StepDone(int step)
    {
        if (step % _recipe.StepsPerSync == 0)
        {
            RenewActing(step);
        }
    }

    /// <inheritdoc/>
    public virtual IEnumerable<KeyValuePair<string, Tensor>> State() =>
        Acting.Parameters.Names.Select(n => KeyValuePair.Create(ActingPrefix + n, Acting.Parameters[n]));

    /// <inheritdoc/>
    public void LoadState(ITensorSource source, string prefix) => TaskState.Load(State(), source, prefix);

    /// <summary>
    /// Writes the adapters (<c>lora.safetensors</c>, diffusers' names) and, as a model folder's causal transformer, the network with them merged
    /// into it.
    /// </summary>
    /// <inheritdoc/>
    public void Export(IReadOnlyList<ParameterStore> weights, string folder)
    {
        using LoraWeights given = Current.With(weights[0]);
        Directory.CreateDirectory(folder);
        given.Save(Path.Combine(folder, "lora.safetensors"));
        using ParameterStore merged = Widen(Parts.Transformer.Parameters);
        given.MergeInto(merged);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, Parts.Transformer.Config, Parts.Settings, merged);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Parts.Transformer.Attach(null);
        Current.Dispose();
        Acting.Dispose();
        Initial.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What replays branches.</summary>
    internal BranchReplay CreateReplay(Compute compute) => new(Parts.Transformer, Generator.CreateCache(compute), Calls);

    /// <summary>Renews the policy that acts; by default it becomes the one that is trained.</summary>
    /// <param name="step">Steps done.</param>
    private protected virtual void RenewActing(int step) => Acting.CopyFrom(Current);

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
