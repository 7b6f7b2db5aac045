using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Rewards;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;

namespace LongTake.Alignment.Training;

// Trainings by rewards, which `longtake align` offers.
public static partial class TrainingJob
{
    /// <summary>Aligns the model's few-step causal transformer by KVPO; the result is an adapter and a transformer with it merged.</summary>
    /// <inheritdoc cref="Vae"/>
    public static bool Kvpo(Compute compute, TrainingJobOptions options, CancellationToken cancellation)
    {
        KvpoRecipe recipe = RecipeReader.Read<KvpoRecipe>(options.Recipe, out string text);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        TransformerSettings settings = model.Settings(TransformerKind.Causal);
        recipe.Check(settings);
        using MetricWeights weights = MetricWeights.Open(recipe.RewardWeights, compute.Backend);
        RewardSet rewards = RewardCatalogue.Create(recipe.Rewards, recipe.HeldOutRewards, weights);
        KvpoParts parts = new()
        {
            Transformer = model.LoadTransformer(TransformerKind.Causal),
            Settings = settings,
            Vae = model.LoadVae(),
            TextEncoder = model.LoadTextEncoder(),
            Tokenizer = model.LoadTokenizer(),
        };
        using GroupTask task = new(
            recipe, new KvpoStrategy(recipe, parts), recipe.ScriptSource(), rewards, KvpoStrategy.AdvantageOptions)
        {
            Cancellation = cancellation,
        };
        return Run(compute, recipe, text, task, options, options.Export ?? Path.Combine(options.Output, "model"), cancellation);
    }
}
