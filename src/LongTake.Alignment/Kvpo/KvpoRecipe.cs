using LongTake.Alignment.Branches;
using LongTake.Models.Checkpoints;

namespace LongTake.Alignment.Kvpo;

/// <summary>What makes the branches of a group differ.</summary>
public enum KvpoExploration
{
    /// <summary>Other frames of their own past: KVPO.</summary>
    Routing,

    /// <summary>Other initial noise, a little turned away from the shared one: a control (ours).</summary>
    Noise,

    /// <summary>Noise added before every solver step but the first: the released code's control.</summary>
    StepNoise,
}

/// <summary>How the branches of a group choose the frames that they read.</summary>
public enum RouteChoice
{
    /// <summary>Stretches of one random order of the pool, evenly spaced over all of it: as different from each other as can be.</summary>
    Dispersed,

    /// <summary>
    /// The same with the spacing rounded down to whole frames, as in the released code: with 14 frames and 8 branches neighbours share all but
    /// one.
    /// </summary>
    Stretches,

    /// <summary>Each branch draws for itself.</summary>
    Independent,
}

/// <summary>How the terms of the energy are weighted.</summary>
public enum EnergyWeights
{
    /// <summary>sigma^2 / 2 and a sum over chunks and steps: what the released code's comparison of clean estimates comes to.</summary>
    Release,

    /// <summary>The mean over chunks and steps.</summary>
    Uniform,
}

/// <summary>From which policy the divergence is taken.</summary>
public enum KlReference
{
    /// <summary>The one that training began with: what is learned stays near it.</summary>
    Initial,

    /// <summary>The one that acted: each renewal of it stays near the one before, and energies under the initial one are not needed.</summary>
    Old,
}

/// <summary>What happens to a group in which no branch beats the anchor.</summary>
public enum KvpoProtection
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It counts half.</summary>
    Half,

    /// <summary>It is not learned from.</summary>
    Skip,
}

/// <summary>
/// How a few-step causal transformer is aligned by KVPO. Defaults are those of the paper's release for LongLive, but for what is named as ours.
/// Source: spec kvpo, sections 4 to 11 and 15.
/// </summary>
public sealed class KvpoRecipe : BranchRecipe
{
    /// <summary>The defaults.</summary>
    public KvpoRecipe()
    {
        LearningRate = 1e-5f;
        FinalLearningRate = 1e-5f;
        WarmupSteps = 10;
        EmaDecay = 0.999f;
        KlWeight = 10;
        StepsPerSync = 2;
        LoraRank = 256;
    }

    /// <summary>What makes branches differ. Default: routing; the others are controls at the same number of generator calls.</summary>
    public KvpoExploration Exploration { get; set; } = KvpoExploration.Routing;

    /// <summary>
    /// Size of the noise, where noise makes branches differ: the deviation of what is added before a step, or the sine of the angle by which
    /// initial noise is turned (1 for independent noise). Default: the released control's.
    /// </summary>
    public double NoiseScale { get; set; } = 0.2;

    /// <summary>Latent frames beside the sink that routes can choose from.</summary>
    public int History { get; set; } = 30;

    /// <summary>Newest latent frames that a perturbed chunk always sees, its own included.</summary>
    public int Nearest { get; set; } = 4;

    /// <summary>
    /// Whether routes take the places of the sink too, and may choose its frames like any others (as the release does for MemFlow, by slots).
    /// Default: false, as it does for LongLive.
    /// </summary>
    public bool RouteSink { get; set; }

    /// <summary>Chunks that read routed frames, or get other noise.</summary>
    public int PerturbedChunks { get; set; } = 5;

    /// <summary>First solver steps of these that do; 0 for all. The pass that writes keys and values always follows the route.</summary>
    public int PerturbedSteps { get; set; }

    /// <summary>How branches choose. Default: dispersed (ours; the release's is <see cref="RouteChoice.Stretches"/>).</summary>
    public RouteChoice Routes { get; set; } = RouteChoice.Dispersed;

    /// <summary>First solver steps of a chunk that gradients flow through.</summary>
    public int GradientSteps { get; set; } = 2;

    /// <summary>How the terms of the energy are weighted.</summary>
    public EnergyWeights EnergyWeights { get; set; } = EnergyWeights.Release;

    /// <summary>
    /// Whether the replay goes on from the branch's own clean latents, in place of those of the policy that is judged (ours; the release does
    /// the latter).
    /// </summary>
    public bool TeacherForced { get; set; }

    /// <summary>Temperature of the policy over branches.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>
    /// If above 0, the temperature is this times the deviation of the energies of the first group, kept from then on (ours; 2 is a good value).
    /// </summary>
    public double TemperatureScale { get; set; }

    /// <summary>The ratio's clip below 1.</summary>
    public double ClipLow { get; set; } = 0.1;

    /// <summary>The ratio's clip above 1.</summary>
    public double ClipHigh { get; set; } = 0.2;

    /// <summary>From which policy the divergence that <see cref="BranchRecipe.KlWeight"/> weights is taken. Default: the initial one.</summary>
    public KlReference KlReference { get; set; } = KlReference.Initial;

    /// <summary>
    /// Weight of the energy that holds the trained policy to the velocities of the initial one along the anchor (ours, for the release's
    /// <c>try_kl</c>). The divergence over branches does not see a shift that all energies share; this does. Default: 0.
    /// </summary>
    public double AnchorWeight { get; set; }

    /// <summary>
    /// Whether the policy chooses between the branches and the anchor, whose advantage is 0, in place of the branches alone (ours). Among branches
    /// alone only their differences count: what all of them do better than the anchor is not learned. Default: false.
    /// </summary>
    public bool AnchorInPolicy { get; set; }

    /// <summary>What happens to a group in which no branch beats the anchor.</summary>
    public KvpoProtection Protection { get; set; } = KvpoProtection.Half;

    /// <summary>Latent frames that a branch chooses.</summary>
    internal int RoutedFrames => Window - (RouteSink ? 0 : Sink) - Nearest;

    private protected override string Method => "KVPO";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(
            Nearest >= ChunkFrames && RoutedFrames > 0,
            "nearest",
            "at least chunk_frames and below window - sink (below window with 'route_sink'), so that there is something to route");
        Require(PerturbedChunks >= 1, "perturbed_chunks", "at least 1");
        Require(PerturbedSteps >= 0, "perturbed_steps", "at least 0");
        Require(
            Exploration != KvpoExploration.StepNoise || PerturbedSteps != 1,
            "perturbed_steps",
            "0 or at least 2 with 'exploration: step_noise', which leaves the first step as it is");
        Require(
            NoiseScale > 0 && double.IsFinite(NoiseScale) && (Exploration != KvpoExploration.Noise || NoiseScale <= 1),
            "noise_scale",
            "above 0, and at most 1 with 'exploration: noise'");
        Require(History >= Window - Sink, "history", "at least window - sink");
        Require(GradientSteps >= 1, "gradient_steps", "at least 1");
        Require(
            Exploration != KvpoExploration.StepNoise || GradientSteps >= 2,
            "gradient_steps",
            "at least 2 with 'exploration: step_noise', whose branches begin with the same step");
        Require(Temperature > 0 && double.IsFinite(Temperature), "temperature", "above 0");
        Require(TemperatureScale >= 0 && double.IsFinite(TemperatureScale), "temperature_scale", "at least 0");
        Require(ClipLow is >= 0 and < 1, "clip_low", "in [0, 1)");
        Require(ClipHigh >= 0 && double.IsFinite(ClipHigh), "clip_high", "at least 0");
        Require(AnchorWeight >= 0 && double.IsFinite(AnchorWeight), "anchor_weight", "at least 0");
        if (new ForkPlanner(this).Forks.Count == 0)
        {
            throw new Training.RecipeException(
                "The recipe leaves no place for branches to begin: a perturbed stretch must lie in one of the first fork_sections sections, from frame "
                + "'window' on, with enough older frames to choose from. Use more frames, fewer perturbed_chunks or a longer section.");
        }
    }

    /// <inheritdoc/>
    internal override void Check(TransformerSettings settings)
    {
        base.Check(settings);
        if (GradientSteps > settings.StepList.Count || PerturbedSteps > settings.StepList.Count)
        {
            throw new Training.RecipeException(
                $"The recipe's 'gradient_steps' and 'perturbed_steps' must be at most the {settings.StepList.Count} steps of the model in '{Model}'.");
        }
    }
}
