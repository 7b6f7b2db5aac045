using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.Training;

/// <summary>What every training shares; each training adds its own part. Read from YAML by <see cref="RecipeReader"/>.</summary>
public abstract class TrainingRecipe
{
    /// <summary>Seed of initial weights, data order and noise.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>
    /// Model folder whose networks' weights the training starts from, in place of random ones: a second, longer training after
    /// a first, say. Sizes must agree. The optimiser starts afresh (to go on with an interrupted training is to resume it).
    /// </summary>
    public string? StartFrom { get; set; }

    /// <summary>Profile of the world to train on (<see cref="WorldProfile"/>): full, large or core.</summary>
    public string World { get; set; } = WorldProfile.Full.Name;

    /// <summary>The profile named by <see cref="World"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    internal WorldProfile Profile => WorldProfile.Of(World);

    /// <summary>Optimiser steps in all.</summary>
    public int Steps { get; set; } = 1000;

    /// <summary>Samples a step.</summary>
    public int Batch { get; set; } = 8;

    /// <summary>What moves the weights.</summary>
    public OptimizerKind Optimizer { get; set; } = OptimizerKind.AdamW;

    /// <summary>Decay of the momentum of <see cref="OptimizerKind.Muon"/>.</summary>
    public float MuonMomentum { get; set; } = 0.95f;

    /// <summary>Learning rate after the warm-up.</summary>
    public float LearningRate { get; set; } = 1e-3f;

    /// <summary>Learning rate at the last step (cosine decay from <see cref="LearningRate"/>).</summary>
    public float FinalLearningRate { get; set; } = 1e-5f;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; set; } = 100;

    /// <summary>Decoupled weight decay of AdamW, applied to matrices only (not to biases, norms and tables).</summary>
    public float WeightDecay { get; set; } = 0.01f;

    /// <summary>First moment decay of AdamW.</summary>
    public float Beta1 { get; set; } = 0.9f;

    /// <summary>Second moment decay of AdamW.</summary>
    public float Beta2 { get; set; } = 0.99f;

    /// <summary>Largest global L2 norm of the gradient; larger ones are scaled down.</summary>
    public float GradientClip { get; set; } = 1f;

    /// <summary>Decay of the exponential moving average of the weights, which is what is sampled from and exported.</summary>
    public float EmaDecay { get; set; } = 0.999f;

    /// <summary>
    /// Step from which losses are computed with the matrices of the trained transformer's blocks rounded to 4 bits, for a model that is to be
    /// stored so (<c>longtake convert --dtype nf4</c>). Null, the default: never.
    /// </summary>
    public int? RoundFrom { get; set; }

    /// <summary>
    /// Which parameters of the trained transformer learn: those whose names contain one of these, for example <c>cross_attn</c>. Empty, the default:
    /// all. The others keep their bytes, so that a new version of a model differs in little.
    /// </summary>
    public List<string> Trainable { get; set; } = [];

    /// <summary>
    /// Rank of the product B A by which every matrix of the trained transformer may differ from the model's bidirectional one, for a model that
    /// stores one transformer as an adapter beside the other (<c>longtake convert --base</c>). 0, the default: any difference.
    /// </summary>
    public int LowRank { get; set; }

    /// <summary>Minutes between checkpoints.</summary>
    public double CheckpointMinutes { get; set; } = 4;

    /// <summary>Steps between sample sheets; 0 for none.</summary>
    public int SampleEvery { get; set; } = 500;

    /// <summary>Checks all values.</summary>
    /// <exception cref="RecipeException">One is out of range; the message names it.</exception>
    public virtual void Validate()
    {
        Require(StartFrom is null || !string.IsNullOrWhiteSpace(StartFrom), "start_from", "the path of a model folder");
        Require(WorldProfile.All.Any(p => p.Name == World), "world", "one of " + string.Join(", ", WorldProfile.All.Select(p => p.Name)));
        Require(Steps > 0, "steps", "at least 1");
        Require(Batch > 0, "batch", "at least 1");
        Require(LearningRate > 0, "learning_rate", "above 0");
        Require(FinalLearningRate >= 0 && FinalLearningRate <= LearningRate, "final_learning_rate", "between 0 and learning_rate");
        Require(WarmupSteps >= 0, "warmup_steps", "at least 0");
        Require(MuonMomentum is >= 0 and < 1, "muon_momentum", "in [0, 1)");
        Require(WeightDecay >= 0, "weight_decay", "at least 0");
        Require(Beta1 is >= 0 and < 1, "beta1", "in [0, 1)");
        Require(Beta2 is >= 0 and < 1, "beta2", "in [0, 1)");
        Require(GradientClip > 0, "gradient_clip", "above 0");
        Require(EmaDecay is >= 0 and < 1, "ema_decay", "in [0, 1)");
        Require(RoundFrom is null or >= 0, "round_from", "a step, from 0, or left out");
        Require(LowRank >= 0, "low_rank", "a rank, or 0 for none");
        Require(LowRank == 0 || RoundFrom is null, "low_rank", "0 where there is a round_from: an adapter is not rounded to 4 bits");
        Require(CheckpointMinutes > 0, "checkpoint_minutes", "above 0");
        Require(SampleEvery >= 0, "sample_every", "at least 0");
    }

    /// <summary>Refuses a value by name.</summary>
    /// <exception cref="RecipeException">The condition does not hold.</exception>
    protected static void Require(bool condition, string name, string wanted)
    {
        if (!condition)
        {
            throw new RecipeException($"The recipe's '{name}' must be {wanted}.");
        }
    }
}

/// <summary>What moves the weights during a training.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW, for all parameters.</summary>
    AdamW,

    /// <summary>Orthogonalised momentum for the matrices inside the network, AdamW for the rest; the learning rate is common.</summary>
    Muon,
}

/// <summary>A training recipe that cannot be used. The message is one line for the user.</summary>
/// <param name="message">What is wrong and what would be right.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class RecipeException(string message, Exception? inner = null) : Exception(message, inner);
