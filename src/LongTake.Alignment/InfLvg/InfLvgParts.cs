using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;

namespace LongTake.Alignment.InfLvg;

/// <summary>The frozen networks that a context policy is trained with; they stay the model folder's.</summary>
public sealed record InfLvgParts
{
    /// <summary>The generator.</summary>
    public required WanTransformer Transformer { get; init; }

    /// <summary>How it is run.</summary>
    public required TransformerSettings Settings { get; init; }

    /// <summary>Its sampler, with the recipe's number of steps.</summary>
    public required SamplerOptions Sampler { get; init; }

    /// <summary>Latents to frames.</summary>
    public required WanVae Vae { get; init; }

    /// <summary>Prompts to features.</summary>
    public required IPromptEncoder Prompts { get; init; }

    /// <summary>Rows of a frame in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of a frame in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of a latent frame.</summary>
    public int LatentHeight => Height / Vae.Config.SpatialFactor;

    /// <summary>Columns of a latent frame.</summary>
    public int LatentWidth => Width / Vae.Config.SpatialFactor;

    /// <summary>Latent frames of a chunk.</summary>
    public int ChunkFrames => Settings.FramesPerBlock;

    /// <summary>Loads the parts of a model.</summary>
    /// <exception cref="RecipeException">The recipe does not fit the model.</exception>
    public static InfLvgParts Load(ModelFolder model, InfLvgRecipe recipe)
    {
        TransformerSettings settings = model.Settings(TransformerKind.Causal);
        SamplerOptions sampler = SamplerOptions.From(settings);
        if (recipe.SamplingSteps > 0 && sampler.Kind == SamplerKind.FewStep)
        {
            throw new RecipeException(
                $"The recipe's 'sampling_steps' is {recipe.SamplingSteps}, but the model in '{model.Path}' has a list of steps " +
                "that it was distilled for; leave it out.");
        }
        InfLvgParts parts = new()
        {
            Transformer = model.LoadTransformer(TransformerKind.Causal),
            Settings = settings,
            Sampler = recipe.SamplingSteps > 0 ? sampler with { Steps = recipe.SamplingSteps } : sampler,
            Vae = model.LoadVae(),
            Height = recipe.Prompts is null ? ShapesWorld.Size : settings.Height,
            Width = recipe.Prompts is null ? ShapesWorld.Size : settings.Width,
            Prompts = new WanPromptEncoder(model.LoadTokenizer(), model.LoadTextEncoder()),
        };
        RequireChunks("scene_frames", recipe.SceneFrames, parts.ChunkFrames);
        RequireChunks("rollout_frames", recipe.RolloutFrames, parts.ChunkFrames);
        if (recipe.SceneWindow < parts.ChunkFrames)
        {
            throw new RecipeException($"The recipe's 'window' is {recipe.Window}; it must hold a chunk of {parts.ChunkFrames} latent frames.");
        }
        return parts;
    }

    /// <summary>The policy that a recipe asks for.</summary>
    /// <exception cref="RecipeException">The model has no such block.</exception>
    public InfLvgPolicyConfig Policy(InfLvgRecipe recipe)
    {
        InfLvgPolicyConfig config = InfLvgPolicyConfig.For(Transformer.Config, recipe.SubjectTokens) with
        {
            Depth = recipe.Depth,
            Text = recipe.PolicyText,
            Transitions = recipe.PerTransition ? recipe.Scenes - 1 : 0,
        };
        config = recipe.KeyLayer >= 0 ? config with { KeyLayer = recipe.KeyLayer } : config;
        return config.KeyLayer < config.ModelLayers
            ? config
            : throw new RecipeException($"The recipe's 'key_layer' is {config.KeyLayer}; the model has blocks 0 to {config.ModelLayers - 1}.");
    }

    private static void RequireChunks(string name, int frames, int chunk)
    {
        if (frames % chunk != 0)
        {
            throw new RecipeException($"The recipe's '{name}' is {frames}; it must be a multiple of the model's chunks of {chunk} latent frames.");
        }
    }
}
