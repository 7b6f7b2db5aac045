using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// How the student is trained on its own rollouts by matching distributions. Defaults are Self-Forcing's.
/// Source: spec autoregressive-streaming.md 1, 10.2, 10.3 and 10.5.
/// </summary>
public sealed class DistributionMatchingRecipe : DistillationRecipe
{
    /// <summary>The defaults of this stage.</summary>
    public DistributionMatchingRecipe()
    {
        Steps = 600;
        Batch = 64;
        LearningRate = 2e-6f;
        FinalLearningRate = 2e-6f;
        WarmupSteps = 0;
        Beta1 = 0f;
        Beta2 = 0.999f;
        GradientClip = 10f;
        EmaDecay = 0.99f;
    }

    /// <summary>
    /// AdamW learning rate of the fake score, where <see cref="Training.TrainingRecipe.LearningRate"/> is the generator's; both follow
    /// the same warm-up and decay.
    /// </summary>
    public float CriticLearningRate { get; set; } = 4e-7f;

    /// <summary>Updates of the fake score for one of the generator, which moves at every so many-th step, before the score.</summary>
    public int CriticUpdates { get; set; } = 5;

    /// <summary>
    /// First steps in which the fake score alone learns. It begins as a copy of the real one, and until it has found the generator's distribution
    /// their difference is guidance and little else, which matters where steps are few. Default 0, as published. Source: ours.
    /// </summary>
    public int CriticWarmup { get; set; }

    /// <summary>Step from which the generator's weights are averaged; before that the average is the weights themselves.</summary>
    public int EmaStart { get; set; } = 200;

    /// <summary>
    /// Classifier-free guidance of the real score, v = v_empty + g (v_prompt - v_empty). The published "3" counts from the prompt's
    /// own score, which is 4 here.
    /// </summary>
    public double RealGuidance { get; set; } = 4;

    /// <summary>Shift of the timesteps that the scores are compared at.</summary>
    public double ScoreShift { get; set; } = 5;

    /// <summary>Smallest timestep that the scores are compared at.</summary>
    public double MinStep { get; set; } = 20;

    /// <summary>Largest timestep that the scores are compared at.</summary>
    public double MaxStep { get; set; } = 980;

    /// <summary>
    /// Shortest rollout in latent frames; each has a random number of whole chunks from here to <c>frames</c>. 0, the default, is
    /// <c>frames</c>: all are of one length.
    /// </summary>
    public int MinFrames { get; set; }

    /// <summary>Whether all chunks of a rollout end at the same random step, or each at its own.</summary>
    public bool SameStepAcrossChunks { get; set; } = true;

    /// <summary>Whether every rollout goes to the last step, in place of a random one.</summary>
    public bool LastStepOnly { get; set; }

    /// <summary>
    /// Share of the starting weights in those that samples and export show, 0 to below 1; the rest is the average of this training. Distribution
    /// matching adds motion and steadiness and takes some of the picture's sharpness; in between lies a better model than either. Default 0. Source: ours.
    /// </summary>
    public double StartShare { get; set; }

    /// <summary>
    /// Share of the rollouts that are the second scene of a story, after a change of prompt, so that the student learns what users ask of it there
    /// (LongLive's tuning with changing prompts). Default 0. Source: spec autoregressive-streaming.md 6.6.
    /// </summary>
    public double SecondSceneShare { get; set; }

    /// <summary>
    /// What of the past such a story attends to, where it is not the recipe's <c>preset</c>: beyond the length of a clip a window is needed that the
    /// positions of the training reach, and at its change of prompt this preset does what it does.
    /// </summary>
    public string? SecondScenePreset { get; set; }

    /// <summary>Share of the second scenes whose prompt calls the subject "it"; the scores always read it in full. Default 0. Source: ours.</summary>
    public double PronounShare { get; set; }

    /// <summary>
    /// Timestep at which finished chunks enter the cache. Their latents are noised to that level; 0 is the smallest of the table,
    /// as in the reference (0.5% of noise at shift 5), not exactly none. Default 0, which is what the streaming generator uses.
    /// </summary>
    public double ContextNoise { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(CriticLearningRate > 0, "critic_learning_rate", "above 0");
        Require(CriticUpdates > 0, "critic_updates", "at least 1");
        Require(EmaStart >= 0, "ema_start", "at least 0");
        Require(CriticWarmup >= 0 && CriticWarmup < Steps, "critic_warmup", "at least 0 and below steps");
        Require(RealGuidance is >= 0 and <= 100, "real_guidance", "between 0 and 100 (1 is none)");
        Require(ScoreShift > 0 && double.IsFinite(ScoreShift), "score_shift", "above 0");
        Require(MinStep is > 0 and < 1000, "min_step", "between 0 and 1000");
        Require(MaxStep >= MinStep && MaxStep <= 1000, "max_step", "between min_step and 1000");
        Require(
            MinFrames == 0 || (MinFrames >= ChunkFrames && MinFrames <= Frames && MinFrames % ChunkFrames == 0),
            "min_frames",
            "a multiple of chunk_frames up to frames, or 0 for frames");
        Require(StartShare is >= 0 and < 1, "start_share", "at least 0 and below 1");
        Require(StartShare == 0 || LowRank == 0, "start_share", "0 where there is a low_rank: the sum of two such networks is of a higher one");
        Require(SecondSceneShare is >= 0 and <= 1, "second_scene_share", "between 0 and 1");
        Require(
            SecondScenePreset is null || MethodPresets.All.Any(p => p.Name == SecondScenePreset),
            "second_scene_preset",
            $"one of {string.Join(", ", MethodPresets.All.Select(p => p.Name))}");
        StreamingMethod method = MethodPresets.Create(SecondScenePreset ?? Preset);
        Require(
            SecondSceneShare == 0 || (method.Rolling is null && method.CannotTell(2) is null),
            SecondScenePreset is null ? "preset" : "second_scene_preset",
            "one that denoises chunk by chunk and can tell two scenes, as second_scene_share asks for them");
        Require(PronounShare is >= 0 and <= 1, "pronoun_share", "between 0 and 1");
        Require(PronounShare == 0 || SecondSceneShare > 0, "pronoun_share", "0 where second_scene_share is 0: it concerns second scenes alone");
        Require(ContextNoise is >= 0 and < 1000, "context_noise", "in [0, 1000)");
    }
}
