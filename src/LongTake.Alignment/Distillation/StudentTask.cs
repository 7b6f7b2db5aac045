using LongTake.Alignment.Causal;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Distillation;

/// <summary>The networks that a student is trained with, and how it is looked at. The caller owns the parameters.</summary>
public sealed record StudentParts
{
    /// <summary>The few-step causal transformer, with the weights it starts from.</summary>
    public required WanTransformer Student { get; init; }

    /// <summary>Weights of the bidirectional transformer that <see cref="TrainingRecipe.LowRank"/> speaks of; null where it is not used.</summary>
    public ParameterStore? Bidirectional { get; init; }

    /// <summary>How the teacher wants to be run; the student's settings follow it where they are not its own.</summary>
    public required TransformerSettings TeacherSettings { get; init; }

    /// <summary>Reads captions; is not trained.</summary>
    public required Umt5Encoder TextEncoder { get; init; }

    /// <summary>Cuts captions into tokens.</summary>
    public required WanTokenizer Tokenizer { get; init; }

    /// <summary>Decodes and encodes what joins two scenes; stays the caller's.</summary>
    public required WanVae Vae { get; init; }

    /// <summary>Draws sample sheets with the student's few-step sampler.</summary>
    public required CausalSampler Sampler { get; init; }

    /// <summary>Rows and columns of a latent frame.</summary>
    public required int Side { get; init; }
}

/// <summary>What both stages of distillation have in common: a causal few-step student, its samples and its export.</summary>
public abstract class StudentTask : ITrainingTask
{
    private readonly DistillationRecipe _recipe;

    /// <summary>Takes the networks over.</summary>
    protected StudentTask(DistillationRecipe recipe, StudentParts parts)
    {
        _recipe = recipe;
        Parts = parts;
    }

    /// <inheritdoc/>
    public abstract IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>The networks, and how the student is looked at.</summary>
    protected StudentParts Parts { get; }

    /// <inheritdoc/>
    public abstract IReadOnlyList<TrainingUpdate> Updates(int step);

    /// <inheritdoc/>
    public virtual string Describe() => "";

    /// <inheritdoc/>
    public void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath) =>
        Parts.Sampler.WriteSheet(compute, Parts.Student.Config, Shown(weights[0]), Parts.TextEncoder, Parts.Tokenizer, pngPath);

    /// <summary>
    /// Writes the student as the folder's causal transformer, with its sampler. A multi-step one that stands there moves to
    /// <c>causal_teacher/</c>.
    /// </summary>
    /// <inheritdoc/>
    public void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder)
    {
        TransformerSettings settings = Parts.TeacherSettings with
        {
            Sampler = "few-step",
            StepList = _recipe.StepList,
            WarpStepList = true,
            Steps = _recipe.StepList.Count,
            Shift = _recipe.TimestepShift,
            Guidance = 1,
            FramesPerBlock = _recipe.ChunkFrames,
            WindowFrames = _recipe.Frames,
            SinkFrames = Math.Min(Parts.TeacherSettings.SinkFrames, _recipe.Frames - _recipe.ChunkFrames),
            TrainedFrames = _recipe.Frames,
            ContextNoise = ContextNoise,
            Height = ShapesWorld.Size,
            Width = ShapesWorld.Size,
            World = _recipe.World,
        };
        ModelFolderWriter.KeepTeacher(folder);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, Parts.Student.Config, settings, Shown(weights[0]));
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Parts.Student.Dispose();
        Parts.TextEncoder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The weights that samples and export show.</summary>
    /// <param name="average">The training's average.</param>
    protected virtual ParameterStore Shown(ParameterStore average) => average;

    /// <summary>Timestep at which finished chunks enter the cache.</summary>
    protected virtual double ContextNoise => 0;

    /// <summary>A generator for the choices of one update of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="update">Tells the updates of a step apart.</param>
    protected CounterRandom Choices(int step, int update = 0) =>
        new(_recipe.Seed ^ 0x64697374696C6CUL, ((ulong)step << 8) | (uint)update);

    /// <summary>Reads captions with the text encoder.</summary>
    protected Tensor Encode(Compute compute, IEnumerable<string> captions) =>
        Parts.TextEncoder.Encode(compute, Parts.Tokenizer.Encode(captions));
}
