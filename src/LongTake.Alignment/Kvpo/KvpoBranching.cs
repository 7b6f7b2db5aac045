using LongTake.Alignment.Branches;
using LongTake.Alignment.Distillation;
using LongTake.Alignment.Grpo;
using LongTake.Generation.Cache;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Kvpo;

/// <summary>Branches that read other frames of their past for a few chunks (or, as a control, get other noise), and their anchor, the last member.</summary>
internal sealed class KvpoBranching : IBranching<KvpoRollout>
{
    private readonly GeneratorParts _parts;
    private readonly KvpoRecipe _recipe;
    private readonly ForkPlan _plan;
    private readonly ScriptClips _script;
    private readonly ulong _seed;
    private readonly HistoryRouting _routing;
    private readonly BranchSampler _sampler;
    private readonly bool _recordsAnchor;

    /// <summary>Prepares a group.</summary>
    /// <param name="parts">The networks.</param>
    /// <param name="recipe">What is perturbed.</param>
    /// <param name="plan">Where branches part and what they read.</param>
    /// <param name="generator">Generation as users get it.</param>
    /// <param name="levels">Noise levels of the sampler.</param>
    /// <param name="request">Script and seed.</param>
    /// <param name="recordsAnchor">Whether the steps of the anchor are recorded as well.</param>
    public KvpoBranching(
        GeneratorParts parts,
        KvpoRecipe recipe,
        ForkPlan plan,
        BranchGenerator generator,
        FewStepLevels levels,
        GroupRequest request,
        bool recordsAnchor)
    {
        (_parts, _recipe, _plan, _seed, _recordsAnchor) = (parts, recipe, plan, request.Seed, recordsAnchor);
        _script = generator.Lay(request.Script);
        _routing = new HistoryRouting(recipe.Window, recipe.Sink, recipe.Sink + recipe.History + recipe.ChunkFrames, recipe.Nearest, recipe.RouteSink);
        _sampler = new BranchSampler(generator.CreateSampler(), _routing, levels, recipe.Exploration, recipe.NoiseScale);
        Method = generator.Deployed with
        {
            Name = "kvpo",
            Context = _ => _routing,
            View = _ => _routing,
            PromptChange = _ => new RecacheWindow(recipe.Window, recipe.Sink),
        };
    }

    /// <inheritdoc/>
    public ForkPoint Point => _plan;

    /// <inheritdoc/>
    public int Members => _recipe.GroupSize + 1;

    /// <inheritdoc/>
    public StreamingMethod Method { get; }

    /// <inheritdoc/>
    public IChunkSampler Sampler => _sampler;

    /// <inheritdoc/>
    public int[] Deployed(ReadOnlySpan<CachedFrame> held) => _routing.Deployed(held);

    /// <inheritdoc/>
    public KvpoRollout Begin(IReadOnlyList<Tensor> prefix, KeyValueCache fork, Tensor prompt) =>
        new(_parts, _recipe, _plan, _script, prefix, fork, prompt);

    /// <inheritdoc/>
    public void Start(int member, KvpoRollout rollout)
    {
        bool isAnchor = member == _recipe.GroupSize;
        Trajectory? trajectory = isAnchor && !_recordsAnchor ? null : new Trajectory();
        if (isAnchor)
        {
            rollout.Anchor = trajectory;
        }
        else
        {
            rollout.Trajectories.Add(trajectory!);
        }
        int steps = _recipe.PerturbedSteps == 0 ? _sampler.Evaluations : _recipe.PerturbedSteps;
        _sampler.Begin(
            isAnchor ? null : Action(member),
            _plan.Fork,
            _plan.Fork + (_recipe.PerturbedChunks * _recipe.ChunkFrames),
            steps,
            _plan.SectionEnd,
            trajectory);
    }

    /// <inheritdoc/>
    public void End() => _sampler.End();

    private BranchAction Action(int member) => _recipe.Exploration == KvpoExploration.Routing
        ? new BranchAction(_plan.Routes[member], null)
        : new BranchAction(null, MemberNoise.SeedOf(_seed, member));
}
