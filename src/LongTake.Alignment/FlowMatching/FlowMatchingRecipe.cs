using LongTake.Alignment.Training;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// What the trainings of transformers share: the network's sizes, the cached latents and the distribution of timesteps.
/// Source: spec autoregressive-streaming.md 10.4, wan-model.md 6.1.
/// </summary>
public abstract class FlowMatchingRecipe : TrainingRecipe
{
    /// <summary>Model folder that holds the trained VAE (and, for the causal training, the base transformer).</summary>
    public string Model { get; set; } = "models/shapes";

    /// <summary>File of cached latents; made when it is missing or too short.</summary>
    public string Latents { get; set; } = "runs/latents.bin";

    /// <summary>Training clips in the cache.</summary>
    public int Clips { get; set; } = 4000;

    /// <summary>
    /// Clips of the same world that follow them in the cache and are never trained on: a loss on them that stays behind the
    /// training's own says that <see cref="Clips"/> is too small, and they are being learned by heart. 0 for none.
    /// </summary>
    public int HeldOutClips { get; set; } = 32;

    /// <summary>Steps between two losses on the held-out clips.</summary>
    public int HeldOutEvery { get; set; } = 250;

    /// <summary>Latent frames of a cached clip; 21 (81 frames) is the world's training length.</summary>
    public int LatentFrames { get; set; } = 21;

    /// <summary>Shift of the timestep distribution, sigma = s u / (1 + (s - 1) u) for uniform u, and of the sampler that is exported.</summary>
    public double TimestepShift { get; set; } = 3;

    /// <summary>
    /// Standard deviation of logit-normal noise levels, ln(sigma / (1 - sigma)) ~ N(<see cref="LogitMean"/>, this), in place of the shifted
    /// uniform ones: puts the training where decisions fall (arXiv 2403.03206, section 3.1). 0, the default, for the shifted ones.
    /// </summary>
    public double LogitStd { get; set; }

    /// <summary>Mean of logit-normal noise levels.</summary>
    public double LogitMean { get; set; }

    /// <summary>
    /// Weight of representation alignment: a head that must read from a middle block what each token shows; 0, the default, for none. The
    /// causal training applies it to steps of first chunks, which have to follow the caption alone.
    /// </summary>
    public float AlignmentWeight { get; set; }

    /// <summary>Block that alignment reads from, counted from 1; 0 for the middle one.</summary>
    public int AlignmentBlock { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(!string.IsNullOrWhiteSpace(Model), "model", "the path of a model folder");
        Require(!string.IsNullOrWhiteSpace(Latents), "latents", "the path of a file");
        Require(Clips > 0, "clips", "at least 1");
        Require(HeldOutClips >= 0, "held_out_clips", "at least 0");
        Require(HeldOutEvery > 0, "held_out_every", "at least 1");
        Require(LatentFrames >= 3, "latent_frames", "at least 3");
        Require(TimestepShift > 0, "timestep_shift", "above 0");
        Require(LogitStd is >= 0 and <= 5, "logit_std", "in [0, 5]");
        Require(LogitMean is >= -10 and <= 10, "logit_mean", "in [-10, 10]");
        Require(AlignmentWeight >= 0, "alignment_weight", "at least 0");
        Require(AlignmentBlock >= 0, "alignment_block", "a block from 1 on, or 0");
        Require(LogitStd > 0 || LogitMean == 0, "logit_std", "above 0 where there is a logit_mean");
    }
}
