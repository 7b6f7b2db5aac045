using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Grpo;

/// <summary>What one group is made from. All of a group's randomness is a function of <paramref name="Seed"/>.</summary>
/// <param name="Step">Step of the training, from 0.</param>
/// <param name="Index">Number of the group within the step, from 0.</param>
/// <param name="Script">What the videos shall show.</param>
/// <param name="Seed">Seed of noise and choices.</param>
public sealed record GroupRequest(int Step, int Index, VideoScript Script, ulong Seed);

/// <summary>One view of a group's videos that is scored by itself, such as the part that an action changed, or the whole.</summary>
/// <param name="Name">Name in figures.</param>
/// <param name="Weight">Its share of the advantages, at least 0.</param>
public sealed record GroupSignal(string Name, double Weight);

/// <summary>Videos that differ in the action that is learned, and in nothing else, with what is needed to learn from them.</summary>
public interface IGroupRollout : IDisposable
{
    /// <summary>Members G.</summary>
    int Count { get; }

    /// <summary>Figures of the rollout itself (overlap of actions, place of the fork), for the metrics file.</summary>
    IReadOnlyList<KeyValuePair<string, double>> Figures => [];

    /// <summary>The clips that a signal scores of one member; their scores are averaged.</summary>
    /// <param name="compute">Decodes; does not record.</param>
    /// <param name="signal">Index of the signal.</param>
    /// <param name="member">0 .. G - 1, or G for the anchor where the strategy has one.</param>
    IReadOnlyList<RewardClip> Clips(Compute compute, int signal, int member);
}

/// <summary>What was computed of a group's objective.</summary>
/// <param name="Loss">The loss, not scaled.</param>
/// <param name="Figures">Ratios, divergences, entropies, for the metrics file.</param>
public sealed record GroupObjective(double Loss, IReadOnlyList<KeyValuePair<string, double>> Figures);

/// <summary>
/// A way to explore and to learn from it: which action makes the members of a group differ, and how likely the policy finds each. The
/// trainer (<see cref="GroupTask"/>) does the rest: prompts, rewards, advantages, steps, checkpoints, samples.
/// </summary>
public interface IGroupStrategy : IDisposable
{
    /// <summary>The networks that are trained.</summary>
    IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>What groups are scored by; at least one.</summary>
    IReadOnlyList<GroupSignal> Signals { get; }

    /// <summary>Whether groups have an anchor: the video without the action that is learned.</summary>
    bool HasAnchor { get; }

    /// <summary>Members of a group.</summary>
    int GroupSize { get; }

    /// <summary>Calls of the generator so far, but for those of <see cref="Deploy"/>.</summary>
    GeneratorCalls Calls { get; }

    /// <summary>Those of the networks that a step moves; all by default.</summary>
    /// <param name="step">From 0.</param>
    IReadOnlyList<TrainedNetwork> NetworksAt(int step) => Networks;

    /// <summary>Makes a group with the policy that acts. Nothing is recorded.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="request">Script and seed.</param>
    /// <param name="cancellation">Looked at before every chunk; thrown on.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IGroupRollout RollOut(Compute compute, GroupRequest request, CancellationToken cancellation);

    /// <summary>Adds the gradients of the objective to the networks of the step.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="rollout">From <see cref="RollOut"/>.</param>
    /// <param name="advantages">Of the group, not degenerate.</param>
    /// <param name="scale">Factor on the loss's gradients: 1 / groups of the step.</param>
    /// <returns>Null when the strategy wants nothing learned from the group; no gradient was added then.</returns>
    GroupObjective? Accumulate(Compute compute, IGroupRollout rollout, GroupAdvantages advantages, float scale);

    /// <summary>The video of a script as users would get it, with given weights.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="script">What it shall show.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="weights">In the order of <see cref="Networks"/>.</param>
    RewardClip Deploy(Compute compute, VideoScript script, ulong seed, IReadOnlyList<ParameterStore> weights);

    /// <summary>What clips of a script look like to rewards, before there are any: to refuse rewards that cannot be had.</summary>
    /// <param name="script">A script.</param>
    RewardClip Preview(VideoScript script);

    /// <summary>Told after every step: the time to renew the policy that acts.</summary>
    /// <param name="step">Steps done.</param>
    void StepDone(int step);

    /// <summary>What beside the networks a resumed training needs; the tensors stay the strategy's.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State();

    /// <summary>Takes a saved state over.</summary>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    void LoadState(ITensorSource source, string prefix);

    /// <summary>Writes the result.</summary>
    /// <param name="weights">In the order of <see cref="Networks"/>.</param>
    /// <param name="folder">Where to.</param>
    void Export(IReadOnlyList<ParameterStore> weights, string folder);
}
