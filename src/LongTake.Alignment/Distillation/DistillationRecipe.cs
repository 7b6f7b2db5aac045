using LongTake.Alignment.Training;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// What both stages of distillation share: the model, and the few-step sampler that the student is made for. Both learn from
/// captions alone. Source: spec autoregressive-streaming.md 1, 4.1 and 10.
/// </summary>
public abstract class DistillationRecipe : TrainingRecipe
{
    /// <summary>
    /// Model folder with VAE, text encoder, bidirectional transformer and the multi-step causal teacher
    /// (<c>causal_transformer/</c>, or <c>causal_teacher/</c> once a student has taken its place).
    /// </summary>
    public string Model { get; set; } = "models/shapes";

    /// <summary>Latent frames of a rollout, a multiple of the chunk.</summary>
    public int Frames { get; set; } = 21;

    /// <summary>Latent frames a chunk.</summary>
    public int ChunkFrames { get; set; } = 3;

    /// <summary>The student's steps, falling from at most 1000; they name places in the shifted table.</summary>
    public List<int> StepList { get; set; } = [.. FewStepSampler.DefaultSteps];

    /// <summary>Timestep shift of the student's sampler.</summary>
    public double TimestepShift { get; set; } = 5;

    /// <summary>
    /// What of the past is attended to while a clip is generated chunk by chunk: a preset of <see cref="MethodPresets"/>. Default: all.
    /// </summary>
    public string Preset { get; set; } = "full";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(!string.IsNullOrWhiteSpace(Model), "model", "the path of a model folder");
        Require(ChunkFrames > 0, "chunk_frames", "at least 1");
        Require(Frames >= ChunkFrames && Frames % ChunkFrames == 0, "frames", "a multiple of chunk_frames");
        Require(
            StepList is { Count: > 0 } && StepList[0] <= 1000 && StepList[^1] > 0
                && StepList.Zip(StepList.Skip(1)).All(p => p.First > p.Second),
            "step_list",
            "a falling list of steps from at most 1000 to at least 1");
        Require(TimestepShift > 0 && double.IsFinite(TimestepShift), "timestep_shift", "above 0");
        string[] presets = [.. MethodPresets.All.Select(p => p.Name)];
        Require(presets.Contains(Preset), "preset", $"one of {string.Join(", ", presets)}");
    }
}
