using LongTake.Alignment.Causal;
using LongTake.Alignment.Data;
using LongTake.Alignment.Distillation;
using LongTake.Alignment.FlowMatching;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

// The two stages of distillation.
public static partial class TrainingJob
{
    /// <summary>
    /// Starts a few-step student from the model's multi-step causal teacher: regression of the ends of the teacher's trajectories.
    /// </summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Ode(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        OdeRecipe recipe = RecipeReader.Read<OdeRecipe>(options.Recipe, out string text);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        StudentParts parts = Student(model, recipe);
        using TrajectoryCache trajectories = Trajectories(compute, model, parts, recipe, options, cancellation);
        if (trajectories.Count < recipe.Pairs)
        {
            return false;
        }
        using OdeTask task = new(recipe, parts, trajectories);
        return RunPart(compute, recipe, text, task, options, recipe.Model, Beside(options), cancellation);
    }

    /// <summary>
    /// Trains a few-step student on its own rollouts, with the model's bidirectional transformer as the judge. The result becomes
    /// the model's causal transformer; the multi-step one stays beside it as the teacher.
    /// </summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Distill(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        DistributionMatchingRecipe recipe = RecipeReader.Read<DistributionMatchingRecipe>(options.Recipe, out string text);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        using DistributionMatchingTask task = new(
            recipe,
            Student(model, recipe),
            model.LoadTransformer(TransformerKind.Bidirectional),
            model.LoadTransformer(TransformerKind.Bidirectional, null, WeightUse.Training));
        return RunPart(compute, recipe, text, task, options, recipe.Model, recipe.Model, cancellation);
    }

    private static StudentParts Student(ModelFolder model, DistillationRecipe recipe)
    {
        TransformerKind teacher = Teacher(model);
        KnownWorld.Check(model, model.Settings(teacher), recipe);
        WanVae vae = model.LoadVae();
        WanTransformer student = model.LoadTransformer(teacher, null, WeightUse.Training);
        StartingWeights.Apply(
            student.Parameters, recipe.StartFrom, m => m.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training));
        SampleSheet sheet = new(vae, HeldOutPrompts.Get(8, recipe.Profile), recipe.Seed);
        SamplerOptions sampling = new() { Kind = SamplerKind.FewStep, Shift = recipe.TimestepShift, StepList = recipe.StepList };
        return new StudentParts
        {
            Student = student,
            Bidirectional = Origin(model, recipe),
            Vae = vae,
            TeacherSettings = model.Settings(teacher),
            TextEncoder = model.LoadTextEncoder(),
            Tokenizer = model.LoadTokenizer(),
            Sampler = new CausalSampler(
                sheet,
                sampling,
                recipe.Frames / recipe.ChunkFrames,
                recipe.ChunkFrames,
                recipe.Seed,
                MethodPresets.Create(recipe.Preset)),
            Side = ShapesWorld.Size / vae.Config.SpatialFactor,
        };
    }

    /// <summary>
    /// Which causal transformer of a model takes many steps: the one it generates with, or the one kept when that was distilled.
    /// </summary>
    private static TransformerKind Teacher(ModelFolder model)
    {
        if (model.Transformers.Contains(TransformerKind.Causal) && model.Settings(TransformerKind.Causal).Sampler != "few-step")
        {
            return TransformerKind.Causal;
        }
        return model.Transformers.Contains(TransformerKind.CausalTeacher)
            ? TransformerKind.CausalTeacher
            : throw new RecipeException(
                $"The model in '{model.Path}' has no multi-step causal transformer to distil; train one with 'longtake train causal'.");
    }

    private static TransformerKind Teacher(ModelFolder model, TrajectorySource source) =>
        source == TrajectorySource.Causal ? Teacher(model) : TransformerKind.Bidirectional;

    private static TrajectoryCache Trajectories(
        Compute compute,
        ModelFolder model,
        StudentParts parts,
        OdeRecipe recipe,
        TrainingJobOptions options,
        CancellationToken cancellation)
    {
        using ParameterStore textWeights = model.LoadTextEncoderParameters();
        TrajectoryTeacher teacher = new(
            compute, model.LoadTransformer(Teacher(model, recipe.Teacher)), parts.TextEncoder, parts.Tokenizer, recipe, parts.Side);
        return TrajectoryCache.OpenOrBuild(
            recipe.Trajectories,
            teacher.Describe(textWeights),
            recipe.Pairs,
            recipe.TeacherBatch,
            teacher.Compute,
            new Progress(options.CacheProgress, recipe.Pairs),
            cancellation);
    }
}
