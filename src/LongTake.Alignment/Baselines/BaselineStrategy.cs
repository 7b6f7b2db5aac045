using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Lora;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;

namespace LongTake.Alignment.Baselines;

/// <summary>
/// What the baselines share: groups of <see cref="SectionBranching"/>, and learning that goes through each member's chunks once for every policy that
/// the objective compares, under the context that this policy makes of the member's own clean latents, then once more with gradients. An objective
/// says what each call's velocity should change by; every call is propagated by itself. Source: spec rewards-and-grpo, section B7.
/// </summary>
public abstract class BaselineStrategy : BranchStrategy
{
    private readonly BaselineRecipe _recipe;

    private protected BaselineStrategy(BaselineRecipe recipe, GeneratorParts parts)
        : base(recipe, parts)
    {
        _recipe = recipe;
        AdvantageOptions = recipe.AdvantageOptions;
    }

    /// <inheritdoc/>
    public override AdvantageOptions AdvantageOptions { get; }

    /// <inheritdoc/>
    public override IGroupRollout RollOut(Compute compute, GroupRequest request, CancellationToken cancellation)
    {
        Acting.AttachTo(Parts.Transformer);
        return Generator.Group(compute, request, Branching(request), cancellation);
    }

    /// <inheritdoc/>
    public override GroupObjective? Accumulate(Compute compute, IGroupRollout rollout, GroupAdvantages advantages, float scale)
    {
        SectionRollout group = (SectionRollout)rollout;
        IProbeObjective objective = Objective(group, advantages);
        using BranchReplay replay = CreateReplay(compute);
        double loss = 0;
        for (int member = 0; member < group.Count; member++)
        {
            if (!objective.Uses(member))
            {
                continue;
            }
            using TensorScope scope = TensorScope.Open();
            IReadOnlyList<Probe> probes = Probes(group, member);
            double[][] acting = !objective.NeedsActing ? []
                : probes[0].Acting is null ? Velocities(compute, replay, group, member, probes, Acting)
                : [.. probes.Select(p => Doubles(p.Acting!))];
            double[][] reference = _recipe.KlWeight > 0 ? Velocities(compute, replay, group, member, probes, Initial) : [];
            double share = 1.0 / (group.Count * probes.Count), sum = 0;
            Visit(compute, replay, group, member, probes, Current, (i, text) =>
            {
                using Tape tape = compute.Record();
                Tensor velocity = replay.Forward(compute, probes[i].X, probes[i].Timestep, text);
                ProbeVelocities velocities = new(
                    Doubles(velocity), acting.Length > 0 ? acting[i] : [], reference.Length > 0 ? reference[i] : []);
                double[] gradient = new double[velocities.Predicted.Length];
                sum += share * objective.Term(member, probes[i], velocities, gradient);
                using Tensor seed = Tensor.Empty(velocity.Shape);
                for (int k = 0; k < gradient.Length; k++)
                {
                    seed.Span[k] = (float)(scale * share * gradient[k]);
                }
                tape.Backward(velocity, seed);
            });
            loss += sum;
        }
        group.Passes++;
        return new GroupObjective(loss, objective.Figures);
    }

    /// <summary>How members come to differ.</summary>
    internal abstract SectionBranching Branching(GroupRequest request);

    /// <summary>The calls to learn from of a member, by rising chunk; their tensors may belong to the open scope.</summary>
    internal abstract IReadOnlyList<Probe> Probes(SectionRollout group, int member);

    /// <summary>What a group teaches.</summary>
    internal abstract IProbeObjective Objective(SectionRollout group, GroupAdvantages advantages);

    /// <summary>Velocities at all probes under a set of adapters, which stays attached.</summary>
    internal double[][] Velocities(
        Compute compute, BranchReplay replay, SectionRollout group, int member, IReadOnlyList<Probe> probes, LoraWeights adapters)
    {
        double[][] velocities = new double[probes.Count][];
        Visit(compute, replay, group, member, probes, adapters, (i, text) =>
            velocities[i] = Doubles(replay.Forward(compute, probes[i].X, probes[i].Timestep, text)));
        return velocities;
    }

    private static double[] Doubles(Tensor t) => Array.ConvertAll(t.Span.ToArray(), v => (double)v);

    /// <summary>Goes through a member's chunks under a set of adapters, up to the last one with a probe, and makes the calls of each.</summary>
    private void Visit(
        Compute compute,
        BranchReplay replay,
        SectionRollout group,
        int member,
        IReadOnlyList<Probe> probes,
        LoraWeights adapters,
        Action<int, TextContext> call)
    {
        adapters.AttachTo(Parts.Transformer);
        using TextContext text = Parts.Transformer.PrepareText(compute, group.Prompt);
        IReadOnlyList<Tensor> clean = group.Continuation(member);
        replay.Run(compute, group.Fork, text, group.Point.Fork, _recipe.ChunkFrames, probes.Max(p => p.Chunk) + 1, chunk =>
        {
            for (int i = 0; i < probes.Count; i++)
            {
                if (probes[i].Chunk == chunk)
                {
                    using TensorScope scope = TensorScope.Open();
                    call(i, text);
                }
            }
            return GeneratorParts.ToNetwork(clean[chunk]);
        });
    }
}
