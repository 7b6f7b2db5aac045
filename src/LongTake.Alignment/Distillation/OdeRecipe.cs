using LongTake.Alignment.Causal;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// How the student is started: regression of the ends of the teacher's trajectories. Defaults are CausVid's where the
/// specification tells them. Source: spec autoregressive-streaming.md 10.1.
/// </summary>
public sealed class OdeRecipe : DistillationRecipe
{
    /// <summary>The defaults of this stage.</summary>
    public OdeRecipe()
    {
        Steps = 3000;
        Batch = 64;
        LearningRate = 2e-6f;
        FinalLearningRate = 2e-6f;
        WarmupSteps = 0;
        Beta2 = 0.999f;
        GradientClip = 10f;
    }

    /// <summary>
    /// Whose trajectories they are: <c>causal</c>, the multi-step causal transformer's, chunk by chunk, or <c>bidirectional</c>, as published, that of
    /// whole clips. The student starts from the causal transformer either way.
    /// </summary>
    public TrajectorySource Teacher { get; set; } = TrajectorySource.Causal;

    /// <summary>File of the teacher's trajectories; made when it is missing or too short.</summary>
    public string Trajectories { get; set; } = "runs/trajectories.bin";

    /// <summary>Trajectories in the file, one a caption.</summary>
    public int Pairs { get; set; } = 1000;

    /// <summary>Trajectories that the teacher computes side by side.</summary>
    public int TeacherBatch { get; set; } = 8;

    /// <summary>Euler steps of the teacher; each of the student's steps must be one of them.</summary>
    public int TeacherSteps { get; set; } = 48;

    /// <summary>The teacher's classifier-free guidance, v = v_empty + g (v_prompt - v_empty); 1 is none.</summary>
    public double TeacherGuidance { get; set; } = 6;

    /// <summary>
    /// What the student sees of earlier chunks: <c>diffusion</c>, as published, their states at steps of their own; <c>teacher</c>,
    /// their clean ends beside the noisy chunks, as generation shows them, at about twice the cost a step.
    /// </summary>
    public CausalForcing Forcing { get; set; } = CausalForcing.Diffusion;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(!string.IsNullOrWhiteSpace(Trajectories), "trajectories", "the path of a file");
        Require(Pairs > 0, "pairs", "at least 1");
        Require(TeacherBatch > 0, "teacher_batch", "at least 1");
        Require(TeacherSteps is >= 1 and <= 1000, "teacher_steps", "between 1 and 1000");
        Require(TeacherGuidance is >= 0 and <= 100, "teacher_guidance", "between 0 and 100");
        Require(
            StepList.TrueForAll(s => s * TeacherSteps % 1000 == 0),
            "teacher_steps",
            $"such that every step of step_list ({string.Join(", ", StepList)}) is one of the teacher's, for example 20 or 48 for the "
            + "default list");
    }
}

/// <summary>Which transformer makes the trajectories that a student regresses.</summary>
public enum TrajectorySource
{
    /// <summary>The multi-step causal one, from its own past.</summary>
    Causal,

    /// <summary>The bidirectional one, whole clips at once.</summary>
    Bidirectional,
}
