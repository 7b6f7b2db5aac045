using LongTake.Alignment.Grpo;
using LongTake.Alignment.InfLvg;
using LongTake.Alignment.Rewards;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;

namespace LongTake.Alignment.Training;

// The training of a context policy.
public static partial class TrainingJob
{
    /// <summary>Trains InfLVG's policy for a model; the result is <c>policy.safetensors</c> in the output folder.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool InfLvg(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        InfLvgRecipe recipe = RecipeReader.Read<InfLvgRecipe>(options.Recipe, out string text);
        IScriptSource stories = recipe.Stories();
        using MetricWeights weights = MetricWeights.Open(recipe.RewardWeights, compute.Backend);
        RewardSet rewards = RewardCatalogue.Create(recipe.Rewards, recipe.HeldOutRewards, weights);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        KnownWorld.Check(model, model.Settings(TransformerKind.Causal), recipe);
        InfLvgStrategy strategy = new(recipe, InfLvgParts.Load(model, recipe));
        using GroupTask task = new(recipe, strategy, stories, rewards, new AdvantageOptions()) { Cancellation = cancellation };
        return Run(compute, recipe, text, task, options, options.Export ?? options.Output, cancellation);
    }
}
