using LongTake.Alignment.Grpo;
using LongTake.Alignment.Lora;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

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
/// How a few-step causal transformer is aligned by KVPO. Defaults are those of the paper's release for LongLive, but for the size of the
/// adapters and what is named as ours. Source: spec kvpo, sections 4 to 11 and 15.
/// </summary>
public sealed class KvpoRecipe : GroupRecipe
{
    /// <summary>The defaults.</summary>
    public KvpoRecipe()
    {
        Steps = 3000;
        LearningRate = 1e-5f;
        FinalLearningRate = 1e-5f;
        WarmupSteps = 10;
        Beta2 = 0.999f;
        GradientClip = 1f;
        EmaDecay = 0.999f;
        SampleEvery = 50;
        Scenes = 4;
    }

    /// <summary>Latent frames of a video: the first section and a whole number of others.</summary>
    public int Frames { get; set; } = 147;

    /// <summary>Latent frames a chunk.</summary>
    public int ChunkFrames { get; set; } = 3;

    /// <summary>Latent frames of the first section. Sections are what branches are made and scored in; scenes begin with one.</summary>
    public int FirstSection { get; set; } = 21;

    /// <summary>Latent frames of every other section.</summary>
    public int Section { get; set; } = 18;

    /// <summary>Latent frames that are attended to in generation, sink and chunk included.</summary>
    public int Window { get; set; } = 12;

    /// <summary>First latent frames that stay.</summary>
    public int Sink { get; set; } = 3;

    /// <summary>Latent frames beside the sink that routes can choose from.</summary>
    public int History { get; set; } = 30;

    /// <summary>Newest latent frames that a perturbed chunk always sees, its own included.</summary>
    public int Nearest { get; set; } = 4;

    /// <summary>Chunks that read routed frames.</summary>
    public int PerturbedChunks { get; set; } = 5;

    /// <summary>First solver steps of these that do; 0 for all. The pass that writes keys and values always does.</summary>
    public int PerturbedSteps { get; set; }

    /// <summary>Branches begin in one of so many first sections.</summary>
    public int ForkSections { get; set; } = 7;

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

    /// <summary>Weight of the divergence from the initial model.</summary>
    public double KlWeight { get; set; } = 10;

    /// <summary>Weight of the section in which branches differ.</summary>
    public double LocalWeight { get; set; } = 1;

    /// <summary>Weight of the video as a whole; with 0 no branch is generated beyond its section.</summary>
    public double GlobalWeight { get; set; } = 0.5;

    /// <summary>Frames of the clip of every scene that the whole is judged by, from the scene's middle.</summary>
    public int GlobalFrames { get; set; } = 36;

    /// <summary>What happens to a group in which no branch beats the anchor.</summary>
    public KvpoProtection Protection { get; set; } = KvpoProtection.Half;

    /// <summary>Steps after which the policy that acts becomes the one that is trained.</summary>
    public int StepsPerSync { get; set; } = 2;

    /// <summary>Width of the adapters (LoRA).</summary>
    public int LoraRank { get; set; } = 16;

    /// <summary>Adapters count alpha / rank; 0 for alpha = rank.</summary>
    public double LoraAlpha { get; set; }

    /// <summary>Linear layers of each block that get one.</summary>
    public List<string> LoraTargets { get; set; } = [.. LoraOptions.AllTargets];

    /// <summary>Adapters to go on with, in place of new ones; their rank and layers are then the file's.</summary>
    public string? Lora { get; set; }

    /// <summary>Whether caches keep keys and values in bfloat16, for half the memory.</summary>
    public bool HalfCache { get; set; }

    /// <summary>Whether the backward pass computes blocks again rather than keep their intermediates: memory for time.</summary>
    public bool RecomputeBlocks { get; set; }

    /// <summary>Storage of keys and values.</summary>
    internal DType CacheType => HalfCache ? DType.BF16 : DType.F32;

    /// <summary>The adapters.</summary>
    internal LoraOptions LoraOptions => new() { Rank = LoraRank, Alpha = LoraAlpha, Targets = LoraTargets };

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(ChunkFrames >= 1, "chunk_frames", "at least 1");
        Require(FirstSection >= ChunkFrames && FirstSection % ChunkFrames == 0, "first_section", "a multiple of chunk_frames");
        Require(Section >= ChunkFrames && Section % ChunkFrames == 0, "section", "a multiple of chunk_frames");
        Require(
            Frames >= FirstSection && (Frames - FirstSection) % Section == 0,
            "frames",
            $"first_section and a multiple of section, such as {FirstSection + Section}");
        Require(Sink >= 0, "sink", "at least 0");
        Require(Window >= Sink + ChunkFrames, "window", "at least sink and chunk_frames together");
        Require(
            Nearest >= ChunkFrames && Nearest < Window - Sink,
            "nearest",
            "at least chunk_frames and below window - sink, so that there is something to route");
        Require(PerturbedChunks >= 1, "perturbed_chunks", "at least 1");
        Require(PerturbedSteps >= 0, "perturbed_steps", "at least 0");
        Require(History >= Window - Sink, "history", "at least window - sink");
        Require(ForkSections >= 1, "fork_sections", "at least 1");
        Require(GradientSteps >= 1, "gradient_steps", "at least 1");
        Require(Temperature > 0 && double.IsFinite(Temperature), "temperature", "above 0");
        Require(TemperatureScale >= 0 && double.IsFinite(TemperatureScale), "temperature_scale", "at least 0");
        Require(ClipLow is >= 0 and < 1, "clip_low", "in [0, 1)");
        Require(ClipHigh >= 0 && double.IsFinite(ClipHigh), "clip_high", "at least 0");
        Require(KlWeight >= 0 && double.IsFinite(KlWeight), "kl_weight", "at least 0");
        Require(
            LocalWeight >= 0 && GlobalWeight >= 0 && LocalWeight + GlobalWeight > 0,
            "local_weight and global_weight", "at least 0, one of them above");
        Require(GlobalFrames >= 1, "global_frames", "at least 1");
        Require(StepsPerSync >= 1, "steps_per_sync", "at least 1");
        Require(Scenes <= SectionCount, "scenes", $"at most the {SectionCount} sections of the video");
        Require(Lora is null || !string.IsNullOrWhiteSpace(Lora), "lora", "the path of a file of adapters");
        try
        {
            LoraOptions.Validate();
        }
        catch (ArgumentException e)
        {
            throw new Training.RecipeException($"The recipe's adapters cannot be used: {e.Message}", e);
        }
        if (new ForkPlanner(this).Forks.Count == 0)
        {
            throw new Training.RecipeException(
                "The recipe leaves no place for branches to begin: a perturbed stretch must lie in one of the first fork_sections sections, from frame "
                + "'window' on, with enough older frames to choose from. Use more frames, fewer perturbed_chunks or a longer section.");
        }
    }

    /// <summary>Sections of a video.</summary>
    internal int SectionCount => 1 + ((Frames - FirstSection) / Section);

    /// <summary>Refuses a model that cannot be aligned so.</summary>
    /// <exception cref="Training.RecipeException">It takes many steps, or is guided.</exception>
    internal void Check(TransformerSettings settings)
    {
        if (settings.Sampler != "few-step" || !settings.WarpStepList || settings.Guidance != 1)
        {
            throw new Training.RecipeException(
                $"KVPO aligns few-step causal transformers without guidance; that of '{Model}' uses the sampler {settings.Sampler} with guidance {settings.Guidance}. "
                + "Distil it with 'longtake train distill' first.");
        }
        if (settings.FramesPerBlock != ChunkFrames)
        {
            throw new Training.RecipeException(
                $"The recipe's 'chunk_frames' is {ChunkFrames}; the model in '{Model}' was made for chunks of {settings.FramesPerBlock} latent frames.");
        }
        if (GradientSteps > settings.StepList.Count || PerturbedSteps > settings.StepList.Count)
        {
            throw new Training.RecipeException(
                $"The recipe's 'gradient_steps' and 'perturbed_steps' must be at most the {settings.StepList.Count} steps of the model in '{Model}'.");
        }
    }
}
