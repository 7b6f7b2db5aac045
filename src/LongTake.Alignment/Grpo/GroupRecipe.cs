using LongTake.Alignment.Data;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Tensors.Backends;

namespace LongTake.Alignment.Grpo;

/// <summary>
/// What every training by groups shares: the model, scripts, rewards, advantages. Each strategy adds its own part. Source: spec
/// rewards-and-grpo, parts A10 and B.
/// </summary>
public abstract class GroupRecipe : TrainingRecipe
{
    /// <summary>Model folder with VAE, text encoder and a few-step causal transformer.</summary>
    public string Model { get; set; } = "models/shapes";

    /// <summary>
    /// What is optimised: names of rewards (<see cref="RewardCatalogue"/>) and their weights. Each is standardised within its group before it is
    /// weighted.
    /// </summary>
    public Dictionary<string, double> Rewards { get; set; } = [];

    /// <summary>
    /// Rewards that are reported and never optimised: what shows that the others rise at their cost. Some can be nothing else
    /// (<see cref="RewardCatalogue.Tests"/>).
    /// </summary>
    public List<string> HeldOutRewards { get; set; } = [];

    /// <summary>Folder with the weights of the networks that rewards look through; needed by such rewards only.</summary>
    public string? RewardWeights { get; set; }

    /// <summary>Members of a group, G; at least 2.</summary>
    public int GroupSize { get; set; } = 8;

    /// <summary>Groups whose gradients are added up for one step of the optimiser.</summary>
    public int GroupsPerStep { get; set; } = 1;

    /// <summary>Steps of the optimiser for one set of groups.</summary>
    public int Epochs { get; set; } = 1;

    /// <summary>Largest advantage; 0 for no limit.</summary>
    public double AdvantageClamp { get; set; } = 2.5;

    /// <summary>Rewards that differ by less than this are a tie and teach nothing.</summary>
    public double TieTolerance { get; set; } = 1e-6;

    /// <summary>Scenes of a script, 1 to 6.</summary>
    public int Scenes { get; set; } = 1;

    /// <summary>
    /// File of prompts or stories to train on, for models of any other world than Shapes (a suite, as <c>longtake compare</c> reads it); null,
    /// the default, for captions of the Shapes world.
    /// </summary>
    public string? Prompts { get; set; }

    /// <summary>Such a file of prompts that are only ever evaluated; needed beside <see cref="Prompts"/>.</summary>
    public string? HeldOutPrompts { get; set; }

    /// <summary>
    /// A control: rewards are dealt out to the wrong members of the group. A training that still gains has learned something else than its rewards.
    /// </summary>
    public bool ShuffleRewards { get; set; }

    /// <summary>
    /// Held-out scripts that are generated and scored with the averaged weights wherever a sample sheet is drawn, before the first step too.
    /// </summary>
    public int EvaluationScripts { get; set; } = 8;

    /// <summary>Seed of the noise of these.</summary>
    public ulong EvaluationSeed { get; set; } = 99999;

    /// <summary>What videos shall show.</summary>
    /// <exception cref="RecipeException">A file of prompts cannot be used.</exception>
    internal IScriptSource ScriptSource() =>
        Prompts is string path ? new FileScripts(path, HeldOutPrompts!, Scenes) : new ShapesScripts(Scenes, Profile);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(!string.IsNullOrWhiteSpace(Model), "model", "the path of a model folder");
        Require(
            Rewards is { Count: > 0 },
            "rewards",
            $"at least one name with its weight, such as 'following: 1'; there are {string.Join(", ", RewardCatalogue.Names)}");
        Require(HeldOutRewards is not null, "held_out_rewards", "a list of names");
        Require(RewardWeights is null || !string.IsNullOrWhiteSpace(RewardWeights), "reward_weights", "the path of a folder");
        Require(GroupSize >= 2, "group_size", "at least 2: a group of one has nothing to be compared with");
        Require(GroupsPerStep >= 1, "groups_per_step", "at least 1");
        Require(Epochs >= 1, "epochs", "at least 1");
        Require(AdvantageClamp >= 0 && double.IsFinite(AdvantageClamp), "advantage_clamp", "at least 0");
        Require(TieTolerance >= 0 && double.IsFinite(TieTolerance), "tie_tolerance", "at least 0");
        Require(Scenes is >= 1 and <= ShapesScripts.MostScenes, "scenes", $"1 to {ShapesScripts.MostScenes}");
        Require(EvaluationScripts >= 1, "evaluation_scripts", "at least 1");
        Require(Prompts is null == HeldOutPrompts is null, "prompts and held_out_prompts", "given both, or neither (for the Shapes world)");
        using MetricWeights none = MetricWeights.Open(null, new ReferenceBackend());
        RewardCatalogue.Create(Rewards!, HeldOutRewards!, none);
    }
}
