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

    /// <summary>Latent frames of a cached clip; 21 (81 frames) is the world's training length.</summary>
    public int LatentFrames { get; set; } = 21;

    /// <summary>Shift of the timestep distribution: sigma = s u / (1 + (s - 1) u) for uniform u.</summary>
    public double TimestepShift { get; set; } = 3;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(!string.IsNullOrWhiteSpace(Model), "model", "the path of a model folder");
        Require(!string.IsNullOrWhiteSpace(Latents), "latents", "the path of a file");
        Require(Clips > 0, "clips", "at least 1");
        Require(LatentFrames >= 3, "latent_frames", "at least 3");
        Require(TimestepShift > 0, "timestep_shift", "above 0");
    }
}
