using System.Security.Cryptography;
using LongTake.Alignment.Causal;
using LongTake.Alignment.Data;
using LongTake.Alignment.FlowMatching;
using LongTake.Alignment.Vae;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Samplers;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

/// <summary>The trainings that <c>longtake train</c> offers: each reads its recipe, loads what it starts from, runs and exports.</summary>
public static partial class TrainingJob
{
    /// <summary>Trains the VAE on the Shapes world.</summary>
    /// <returns>Whether the last step was reached; if not, the training can be resumed.</returns>
    /// <exception cref="RecipeException">The recipe, or the training to resume, cannot be used.</exception>
    public static bool Vae(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        VaeRecipe recipe = RecipeReader.Read<VaeRecipe>(options.Recipe, out string text);
        using VaeTask task = new(recipe);
        return Run(compute, recipe, text, task, options, options.Export ?? Beside(options), cancellation);
    }

    /// <summary>Trains the bidirectional transformer and the text encoder on latents of the model's VAE.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Base(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        BaseRecipe recipe = RecipeReader.Read<BaseRecipe>(options.Recipe, out string text);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        WanVae vae = model.LoadVae();
        LatentCache? latents = Latents(compute, model, vae, recipe, options, cancellation), shortLatents = null;
        if (latents is not null && recipe.ShortClips > 0)
        {
            shortLatents = Latents(
                compute,
                model,
                vae,
                recipe.Profile,
                recipe.ShortLatents,
                recipe.ShortClips + recipe.HeldOutClips,
                recipe.ShortLatentFrames,
                options,
                cancellation);
        }
        if (latents is null || (recipe.ShortClips > 0 && shortLatents is null))
        {
            return false;
        }
        WanTokenizer tokenizer = ShapesTokenizer.Create(recipe.TextLength);
        WanTransformerConfig config = new()
        {
            Dim = recipe.Dim,
            FfnDim = recipe.FfnDim,
            HeadCount = recipe.Heads,
            LayerCount = recipe.Layers,
            TextDim = recipe.TextDim,
            TextLength = recipe.TextLength,
            InChannels = vae.Config.ZDim,
            OutChannels = vae.Config.ZDim,
        };
        Umt5Config textConfig = new()
        {
            VocabularySize = tokenizer.Tokenizer.Vocabulary.Count,
            Dim = recipe.TextDim,
            AttentionDim = recipe.TextDim,
            FfnDim = 2 * recipe.TextDim,
            HeadCount = 4,
            LayerCount = recipe.TextLayers,
        };
        using ParameterStore weights = ParameterStore.CreateRandom(WanTransformer.Specs(config), recipe.Seed);
        using ParameterStore textWeights = ParameterStore.CreateRandom(Umt5Encoder.Specs(textConfig), recipe.Seed);
        StartingWeights.Apply(weights, recipe.StartFrom, m => m.LoadTransformerParameters(TransformerKind.Bidirectional, use: WeightUse.Training));
        StartingWeights.Apply(textWeights, recipe.StartFrom, m => m.LoadTextEncoderParameters(WeightUse.Training));
        using BaseTask task = new(
            recipe,
            latents,
            shortLatents,
            tokenizer,
            new WanTransformer(config, weights),
            new Umt5Encoder(textConfig, textWeights),
            textWeights,
            Sheet(vae, recipe));
        return RunPart(compute, recipe, text, task, options, recipe.Model, recipe.Model, cancellation);
    }

    /// <summary>Trains the causal transformer from the model's bidirectional one.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Causal(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        CausalRecipe recipe = RecipeReader.Read<CausalRecipe>(options.Recipe, out string text);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        WanVae vae = model.LoadVae();
        LatentCache? latents = Latents(compute, model, vae, recipe, options, cancellation);
        if (latents is null)
        {
            return false;
        }
        WanTransformer transformer = model.LoadTransformer(TransformerKind.Bidirectional, null, WeightUse.Training);
        StartingWeights.Apply(
            transformer.Parameters, recipe.StartFrom, m => m.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training));
        SampleSheet sheet = Sheet(vae, recipe);
        SamplerOptions sampling = new() { Kind = SamplerKind.Euler, Steps = sheet.Steps, Shift = sheet.Shift, Guidance = sheet.Guidance };
        CausalSampler sampler = new(sheet, sampling, recipe.LatentFrames / recipe.ChunkFrames, recipe.ChunkFrames, recipe.Seed);
        using CausalTask task = new(
            recipe,
            latents,
            model.LoadTokenizer(),
            transformer,
            model.LoadTextEncoder(),
            sampler,
            Origin(model, recipe));
        return RunPart(compute, recipe, text, task, options, recipe.Model, recipe.Model, cancellation);
    }

    private static bool Run(
        Compute compute,
        TrainingRecipe recipe,
        string recipeText,
        ITrainingTask task,
        TrainingJobOptions options,
        string export,
        CancellationToken cancellation)
    {
        using TrainingLoop loop = new(recipe, task, compute, options.Output);
        if (options.Resume)
        {
            loop.Resume(recipeText);
        }
        else if (File.Exists(loop.CheckpointPath))
        {
            throw new RecipeException($"The folder '{options.Output}' holds a training already; add --resume to continue it, or name another --output.");
        }
        bool finished = loop.Run(recipeText, options.Progress, cancellation, options.MostSteps);
        if (finished)
        {
            loop.Export(export);
        }
        return finished;
    }

    /// <summary>
    /// As <see cref="Run"/>, where the result is a part of a model: the others are those of the recipe's model, which the new one names. Without
    /// <see cref="TrainingJobOptions.Export"/> it goes to <paramref name="export"/>.
    /// </summary>
    private static bool RunPart(
        Compute compute,
        TrainingRecipe recipe,
        string recipeText,
        ITrainingTask task,
        TrainingJobOptions options,
        string model,
        string export,
        CancellationToken cancellation)
    {
        export = options.Export ?? export;
        bool finished = Run(compute, recipe, recipeText, task, options, export, cancellation);
        if (finished)
        {
            ModelFolderWriter.NameBaseIfNeeded(export, model);
        }
        return finished;
    }

    /// <summary>Where a result goes that is not to replace a part of the model that it was made from.</summary>
    private static string Beside(TrainingJobOptions options) => Path.Combine(options.Output, "model");

    private static ParameterStore? Origin(ModelFolder model, TrainingRecipe recipe) =>
        recipe.LowRank == 0 ? null : model.LoadTransformer(TransformerKind.Bidirectional, null, WeightUse.Training).Parameters;

    private static LatentCache? Latents(
        Compute compute, ModelFolder model, WanVae vae, FlowMatchingRecipe recipe, TrainingJobOptions options, CancellationToken cancellation) =>
        Latents(compute, model, vae, recipe.Profile, recipe.Latents, recipe.Clips + recipe.HeldOutClips, recipe.LatentFrames, options, cancellation);

    /// <summary>A cache with all its clips, or null when encoding was stopped.</summary>
    private static LatentCache? Latents(
        Compute compute,
        ModelFolder model,
        WanVae vae,
        WorldProfile world,
        string path,
        int clips,
        int frames,
        TrainingJobOptions options,
        CancellationToken cancellation)
    {
        string weights = model.VaeWeights, file = Directory.Exists(weights) ? Path.Combine(weights, "diffusion_pytorch_model.safetensors") : weights;
        string fingerprint = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))[..16];
        Progress progress = new(options.CacheProgress, clips);
        LatentCache cache = LatentCache.OpenOrBuild(compute, vae, world, path, clips, frames, fingerprint, progress, cancellation);
        return cache.Clips < clips ? null : cache;
    }

    private static SampleSheet Sheet(WanVae vae, FlowMatchingRecipe recipe) =>
        new(vae, HeldOutPrompts.Get(8, recipe.Profile), recipe.Seed) { Shift = recipe.TimestepShift };

    private sealed class Progress(IProgress<(int Done, int Wanted)>? target, int wanted) : IProgress<int>
    {
        public void Report(int value) => target?.Report((value, wanted));
    }
}
