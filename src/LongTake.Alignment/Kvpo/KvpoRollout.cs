using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Generation.Cache;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>The branches of one group and their anchor, with the steps that each took.</summary>
internal sealed class KvpoRollout(
    GeneratorParts parts,
    KvpoRecipe recipe,
    ForkPlan plan,
    ScriptClips script,
    IReadOnlyList<Tensor> prefix,
    KeyValueCache fork,
    Tensor prompt) : BranchRollout(parts, recipe, plan, script, prefix, fork, prompt)
{
    private readonly bool _isRouted = recipe.Exploration == KvpoExploration.Routing;

    /// <summary>Where branches part and what they read.</summary>
    public ForkPlan Plan { get; } = plan;

    /// <summary>Recorded steps of the anchor, if they were.</summary>
    public Trajectory? Anchor { get; set; }

    /// <summary>What the policy chooses from: the branches, and the anchor after them if the recipe counts it in.</summary>
    public IReadOnlyList<Trajectory> Choices => recipe.AnchorInPolicy ? [.. Trajectories, Anchor!] : Trajectories;

    /// <summary>The anchor's states with the velocities of the initial policy, once computed.</summary>
    public Trajectory? InitialAnchor { get; set; }

    /// <summary>
    /// Energies under the policy that acted and the one that the divergence is taken from, once computed: they do not change from epoch to epoch.
    /// </summary>
    public (double[] Acting, double[] Reference)? References { get; set; }

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, double>> Figures =>
        _isRouted ? [.. base.Figures, new("overlap", Plan.Overlap)] : base.Figures;

    /// <inheritdoc/>
    public override void Dispose()
    {
        Anchor?.Dispose();
        InitialAnchor?.Dispose();
        base.Dispose();
    }
}
