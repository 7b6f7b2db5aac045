using LongTake.Alignment.Branches;
using LongTake.Alignment.FlowGrpo;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Nft;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.RewardWeighted;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;

namespace LongTake.Alignment.Training;

// Trainings by rewards, which `longtake align` offers.
public static partial class TrainingJob
{
    /// <summary>Aligns the model's few-step causal transformer by KVPO; the result is an adapter and a transformer with it merged.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Kvpo(Compute compute, TrainingJobOptions options, CancellationToken cancellation) =>
        Align<KvpoRecipe>(compute, options, (recipe, parts) => new KvpoStrategy(recipe, parts), cancellation);

    /// <summary>The same by Flow-GRPO, a baseline of KVPO.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool FlowGrpo(Compute compute, TrainingJobOptions options, CancellationToken cancellation) =>
        Align<FlowGrpoRecipe>(compute, options, (recipe, parts) => new FlowGrpoStrategy(recipe, parts), cancellation);

    /// <summary>The same by reward-weighted regression, a baseline of KVPO.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool RewardWeighted(Compute compute, TrainingJobOptions options, CancellationToken cancellation) =>
        Align<RewardWeightedRecipe>(compute, options, (recipe, parts) => new RewardWeightedStrategy(recipe, parts), cancellation);

    /// <summary>The same by DiffusionNFT, a baseline of KVPO.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Nft(Compute compute, TrainingJobOptions options, CancellationToken cancellation) =>
        Align<NftRecipe>(compute, options, (recipe, parts) => new NftStrategy(recipe, parts), cancellation);

    private static bool Align<TRecipe>(
        Compute compute,
        TrainingJobOptions options,
        Func<TRecipe, GeneratorParts, BranchStrategy> create,
        CancellationToken cancellation)
        where TRecipe : BranchRecipe, new()
    {
        TRecipe recipe = RecipeReader.Read<TRecipe>(options.Recipe, out string text);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        recipe.Check(model.Settings(TransformerKind.Causal));
        KnownWorld.Check(model, model.Settings(TransformerKind.Causal), recipe);
        using MetricWeights weights = MetricWeights.Open(recipe.RewardWeights, compute.Backend);
        RewardSet rewards = RewardCatalogue.Create(recipe.Rewards, recipe.HeldOutRewards, weights);
        BranchStrategy strategy = create(recipe, GeneratorParts.Load(model));
        using GroupTask task = new(recipe, strategy, recipe.ScriptSource(), rewards, strategy.AdvantageOptions) { Cancellation = cancellation };
        return RunPart(compute, recipe, text, task, options, recipe.Model, Beside(options), cancellation);
    }
}
