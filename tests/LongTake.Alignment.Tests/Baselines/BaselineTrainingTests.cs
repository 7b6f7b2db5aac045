using LongTake.Alignment.Baselines;
using LongTake.Alignment.FlowGrpo;
using LongTake.Alignment.Nft;
using LongTake.Alignment.RewardWeighted;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;

namespace LongTake.Alignment.Tests.Baselines;

/// <summary>Trainings of a few steps: resumed, controlled, exported, refused.</summary>
public sealed class BaselineTrainingTests : IDisposable
{
    private const string Text = TinyFewStep.Recipe + "rewards: {background: 1}\nheld_out_rewards: [fidelity]\nexplored_chunks: 1\n";

    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;
    private readonly AlignmentRuns _runs;

    public BaselineTrainingTests()
    {
        _tiny = new TinyAlignment(_folder.File("model"));
        _runs = new AlignmentRuns(_folder, _tiny);
    }

    [Theory]
    [InlineData("flow-grpo")]
    [InlineData("reward-weighted")]
    [InlineData("nft")]
    public void A_training_killed_at_any_moment_resumes_bit_for_bit_on_any_number_of_threads(string method)
    {
        BaselineRecipe Recipe()
        {
            BaselineRecipe recipe = BaselineStrategyTests.Recipe(method);
            recipe.ExploredChunks = 1;
            recipe.Epochs = 2;
            if (recipe is NftRecipe nft)
            {
                nft.OldDecayRate = 0.2;
            }
            return recipe;
        }
        Assert.True(_runs.Train("whole", Recipe(), 3, steps: 3));
        string whole = File.ReadAllText(_runs.Metrics("whole"));
        Assert.Contains("\"eval.brightness\"", whole, StringComparison.Ordinal);
        Assert.Contains(_runs.Moments("whole"), v => v != 0);

        // What all steps cost, those before a resumption too.
        double[] each = [.. Sums("whole")], total = _runs.Figures("whole", "calls");
        Assert.Equal([each[0], each[0] + each[1], each.Sum()], total);
        for (int saved = 1; saved < 3; saved++)
        {
            string name = "killed" + saved;
            _runs.KillAndResume(name, Recipe, saved, steps: 3);
            _runs.AssertSameTensors("whole", name);
            Assert.Equal(whole, File.ReadAllText(_runs.Metrics(name)));
        }
        using TinyAlignment three = new(_folder.File("model3"), 3);
        Assert.True(_runs.Train("three", Recipe(), 3, steps: 3, on: three));
        _runs.AssertSameTensors("whole", "three");
    }

    [Theory]
    [InlineData("flow-grpo")]
    [InlineData("reward-weighted")]
    [InlineData("nft")]
    public void Equal_rewards_move_nothing(string method)
    {
        BaselineRecipe recipe = BaselineStrategyTests.Recipe(method);
        recipe.TieTolerance = 1e9;
        Assert.True(_runs.Train("ties", recipe, 2, steps: 2));
        Assert.All(_runs.Moments("ties"), v => Assert.Equal(0, v));
        Assert.All(_runs.Figures("ties", "skipped"), v => Assert.Equal(1, v));
        Assert.All(_runs.Figures("ties", "calls.gradient"), v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData("flow-grpo")]
    [InlineData("reward-weighted")]
    [InlineData("nft")]
    public void A_recipe_trains_exports_an_adapter_and_a_model_and_refuses_what_cannot_be(string method)
    {
        string recipe = Text + $"model: {_folder.File("model")}\n";
        Assert.True(Job(method, "run", recipe));
        Assert.True(File.Exists(_folder.File("run/samples-000000.png")));
        string metrics = File.ReadAllText(_runs.Metrics("run"));
        Assert.All(
            (string[])["eval.fidelity", "reward.local.background", "spread.global.fidelity", "calls.rollout"],
            f => Assert.Contains($"\"{f}\"", metrics, StringComparison.Ordinal));
        using (ModelFolder model = ModelFolder.Open(_folder.File("run/model")))
        {
            Assert.Equal("few-step", model.Settings(TransformerKind.Causal).Sampler);
        }

        // Another method takes the adapters over.
        Assert.True(Job("nft", "again", recipe + $"lora: {_folder.File("run/model/lora.safetensors")}\n"));

        Assert.Contains("another recipe", Refused(method, "run", recipe + "seed: 8\n", resume: true), StringComparison.Ordinal);
        string teacher = _folder.File("teacher");
        TinyTeacher.Write(teacher);
        Assert.Contains("sampler euler with guidance 3", Refused(method, "teacher-run", Text + $"model: {teacher}\n"), StringComparison.Ordinal);
        Assert.Contains("chunks of 3", Refused(method, "chunks", recipe + "chunk_frames: 1\n"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("teacher-run")));
    }

    [Fact]
    public void A_model_of_one_step_has_no_likelihood()
    {
        FlowGrpoRecipe recipe = (FlowGrpoRecipe)BaselineStrategyTests.Recipe("flow-grpo");
        RecipeException e = Assert.Throws<RecipeException>(() => recipe.Check(_tiny.Parts.Settings with { StepList = [1000] }));
        Assert.Contains("single step", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("group_size: 1", "group of one")]
    [InlineData("explored_chunks: 3", "explored_chunks")]
    [InlineData("kl_weight: -1", "kl_weight")]
    [InlineData("fork_sections: 0", "fork_sections")]
    [InlineData("deviation: large", "large")]
    [InlineData("perturbed_chunks: 1", "perturbed_chunks")]
    public void Wrong_recipes_are_refused_by_name(string line, string named)
    {
        Refuses<FlowGrpoRecipe>(line, named);
        Refuses<RewardWeightedRecipe>(line, named);
        Refuses<NftRecipe>(line, named);
    }

    [Theory]
    [InlineData("noise_level: 0", "noise_level")]
    [InlineData("step_share: 0", "step_share")]
    [InlineData("clip_low: 1", "clip_low")]
    [InlineData("clip_high: -1", "clip_high")]
    [InlineData("step_noise: dice", "dice")]
    public void Wrong_draws_are_refused_by_name(string line, string named) => Refuses<FlowGrpoRecipe>(line, named);

    [Theory]
    [InlineData("temperature: 0", "temperature")]
    [InlineData("most_weight: 0", "most_weight")]
    [InlineData("draws: 0", "draws")]
    [InlineData("weights: worst", "worst")]
    public void Wrong_weights_are_refused_by_name(string line, string named) => Refuses<RewardWeightedRecipe>(line, named);

    [Theory]
    [InlineData("beta: 0", "beta")]
    [InlineData("advantage_clamp: 0", "advantage_clamp")]
    [InlineData("old_decay_max: 1", "old_decay_max")]
    [InlineData("old_decay_rate: -1", "old_decay_rate")]
    [InlineData("old_decay_start: -1", "old_decay_start")]
    public void Wrong_contrasts_are_refused_by_name(string line, string named) => Refuses<NftRecipe>(line, named);

    /// <summary>Names of several words are written as settings are.</summary>
    [Fact]
    public void Choices_are_read_with_underscores()
    {
        Assert.Equal(StepNoise.DanceSde, RecipeReader.Parse<FlowGrpoRecipe>("rewards: {total: 1}\nstep_noise: dance_sde", "test").StepNoise);
        Assert.Equal(MemberWeights.Best, RecipeReader.Parse<RewardWeightedRecipe>("rewards: {total: 1}\nweights: best", "test").Weights);
    }

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    private static void Refuses<T>(string line, string named)
        where T : BaselineRecipe, new()
    {
        string text = line.StartsWith("explored", StringComparison.Ordinal) ? Text.Replace("explored_chunks: 1", line, StringComparison.Ordinal)
            : line.StartsWith("group_size", StringComparison.Ordinal) ? Text.Replace("group_size: 2", line, StringComparison.Ordinal)
            : Text + line;
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<T>(text, "test"));
        Assert.Contains(named, e.Message, StringComparison.OrdinalIgnoreCase);
    }

    private IEnumerable<double> Sums(string name)
    {
        double[] rollout = _runs.Figures(name, "calls.rollout"), replay = _runs.Figures(name, "calls.replay"), gradient = _runs.Figures(name, "calls.gradient");
        Assert.Equal(3, rollout.Length);
        return rollout.Zip(replay, gradient).Select(c => c.First + c.Second + c.Third);
    }

    private bool Job(string method, string name, string recipe, bool resume = false)
    {
        Func<Tensors.Compute, TrainingJobOptions, CancellationToken, bool> job = method switch
        {
            "flow-grpo" => TrainingJob.FlowGrpo,
            "nft" => TrainingJob.Nft,
            _ => TrainingJob.RewardWeighted,
        };
        return job(
            _tiny.Compute,
            new TrainingJobOptions { Recipe = _folder.File(name + ".yaml", recipe), Output = _folder.File(name), Resume = resume },
            CancellationToken.None);
    }

    private string Refused(string method, string name, string recipe, bool resume = false) =>
        Assert.Throws<RecipeException>(() => Job(method, name, recipe, resume)).Message;
}
