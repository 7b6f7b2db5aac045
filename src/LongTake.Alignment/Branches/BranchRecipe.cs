using LongTake.Alignment.Grpo;
using LongTake.Alignment.Lora;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;

namespace LongTake.Alignment.Branches;

/// <summary>
/// What all alignments of a few-step causal transformer share whose groups are branches of one video: how videos are laid out, generated and
/// scored, and the adapters that are trained. With these settings alike, methods differ in how they explore and learn alone. Source: spec
/// kvpo, sections 2 and 9 to 11.
/// </summary>
public abstract class BranchRecipe : GroupRecipe
{
    /// <summary>Sets defaults that differ from those of other trainings.</summary>
    protected BranchRecipe()
    {
        Steps = 3000;
        Beta2 = 0.999f;
        GradientClip = 1f;
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

    /// <summary>Branches begin in one of so many first sections.</summary>
    public int ForkSections { get; set; } = 7;

    /// <summary>Weight of the divergence from the initial model.</summary>
    public double KlWeight { get; set; }

    /// <summary>Weight of the section in which branches differ.</summary>
    public double LocalWeight { get; set; } = 1;

    /// <summary>Weight of the video as a whole; with 0 no branch is generated beyond its section.</summary>
    public double GlobalWeight { get; set; } = 0.5;

    /// <summary>Frames of the clip of every scene that the whole is judged by, from the scene's middle.</summary>
    public int GlobalFrames { get; set; } = 36;

    /// <summary>Steps after which the policy that acts is renewed from the one that is trained.</summary>
    public int StepsPerSync { get; set; } = 1;

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

    /// <summary>Sections of a video.</summary>
    internal int SectionCount => 1 + ((Frames - FirstSection) / Section);

    /// <summary>Name of the method in messages.</summary>
    private protected abstract string Method { get; }

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
        Require(ForkSections >= 1, "fork_sections", "at least 1");
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
            throw new RecipeException($"The recipe's adapters cannot be used: {e.Message}", e);
        }
    }

    /// <summary>First latent frame of a section, and the first after it.</summary>
    internal (int Start, int End) SectionAt(int section)
    {
        int start = section == 0 ? 0 : FirstSection + ((section - 1) * Section);
        return (start, start + (section == 0 ? FirstSection : Section));
    }

    /// <summary>Latent frame at which each of a script's scenes begins: with a section, all as long as that allows.</summary>
    internal int[] SceneStarts(int scenes) => [.. Enumerable.Range(0, scenes).Select(i => SectionAt(i * SectionCount / scenes).Start)];

    /// <summary>Refuses a model that cannot be aligned so.</summary>
    /// <exception cref="RecipeException">It takes many steps, is guided, or was made for other chunks.</exception>
    internal virtual void Check(TransformerSettings settings)
    {
        if (settings.Sampler != "few-step" || !settings.WarpStepList || settings.Guidance != 1)
        {
            throw new RecipeException(
                $"{Method} aligns few-step causal transformers without guidance; " +
                $"that of '{Model}' uses the sampler {settings.Sampler} with guidance {settings.Guidance}. "
                + "Distil it with 'longtake train distill' first.");
        }
        if (settings.FramesPerBlock != ChunkFrames)
        {
            throw new RecipeException(
                $"The recipe's 'chunk_frames' is {ChunkFrames}; the model in '{Model}' was made for chunks of {settings.FramesPerBlock} latent frames.");
        }
    }
}
