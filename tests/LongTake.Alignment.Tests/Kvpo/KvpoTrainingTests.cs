using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>Trainings of a few steps: resumed, stopped, controlled, exported.</summary>
public sealed class KvpoTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;
    private readonly AlignmentRuns _runs;

    public KvpoTrainingTests()
    {
        _tiny = new TinyAlignment(_folder.File("model"));
        _runs = new AlignmentRuns(_folder, _tiny);
    }

    [Theory]
    [InlineData(KvpoExploration.Routing)]
    [InlineData(KvpoExploration.Noise)]
    public void A_training_killed_at_any_moment_resumes_bit_for_bit(KvpoExploration exploration)
    {
        KvpoRecipe Recipe()
        {
            KvpoRecipe recipe = TinyAlignment.Recipe;
            recipe.Exploration = exploration;
            return recipe;
        }
        Assert.True(_runs.Train("whole", Recipe(), 4));
        string whole = File.ReadAllText(_runs.Metrics("whole"));
        Assert.Equal(5, whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"reward.local.brightness\"", whole, StringComparison.Ordinal);
        Assert.Contains("\"eval.brightness\"", whole, StringComparison.Ordinal);
        Assert.All(_runs.Moments("whole"), v => Assert.True(float.IsFinite(v)));
        Assert.Contains(_runs.Moments("whole"), v => v != 0);
        for (int saved = exploration == KvpoExploration.Routing ? 1 : 3; saved < 4; saved++)
        {
            string name = "killed" + saved;
            _runs.KillAndResume(name, Recipe, saved);
            _runs.AssertSameTensors("whole", name);
            Assert.Equal(whole, File.ReadAllText(_runs.Metrics(name)));
        }
    }

    [Fact]
    public void A_step_that_is_stopped_while_its_groups_are_made_is_done_anew()
    {
        Assert.True(_runs.Train("whole", TinyAlignment.Recipe, 4));
        foreach (int clips in (int[])[2, 11, 17])
        {
            string name = "stopped" + clips;
            using CancellationTokenSource stop = new();
            int left = clips;
            Assert.False(_runs.Train(name, TinyAlignment.Recipe, 4, stop: stop, onClip: () =>
            {
                if (--left == 0)
                {
                    stop.Cancel();
                }
            }));
            Assert.True(_runs.Train(name, TinyAlignment.Recipe, 4, resume: true));
            _runs.AssertSameTensors("whole", name);
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        Assert.True(_runs.Train("two", TinyAlignment.Recipe, 2, steps: 2));
        using TinyAlignment four = new(_folder.File("model4"), 4);
        Assert.True(_runs.Train("four", TinyAlignment.Recipe, 2, steps: 2, on: four));
        _runs.AssertSameTensors("two", "four");
    }

    [Fact]
    public void Equal_rewards_move_nothing_and_shuffled_ones_something_else()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.TieTolerance = 1e9;
        Assert.True(_runs.Train("ties", recipe, 2, steps: 2));
        Assert.All(_runs.Moments("ties"), v => Assert.Equal(0, v));
        Assert.Contains("\"skipped\":1", File.ReadAllText(_runs.Metrics("ties")), StringComparison.Ordinal);
        Assert.True(_runs.Train("plain", TinyAlignment.Recipe, 2, steps: 2));
        KvpoRecipe shuffled = TinyAlignment.Recipe;
        shuffled.ShuffleRewards = true;
        Assert.True(_runs.Train("shuffled", shuffled, 2, steps: 2));
        Assert.NotEqual(_runs.Moments("plain"), _runs.Moments("shuffled"));
    }

    [Fact]
    public void A_recipe_trains_exports_an_adapter_and_a_model_and_refuses_what_cannot_be()
    {
        const string text = TinyFewStep.Recipe + TinyFewStep.Kvpo + """
            epochs: 2
            groups_per_step: 2
            rewards: {background: 1, identity: 0.5}
            held_out_rewards: [fidelity]
            """;
        string recipe = text + $"\nmodel: {_folder.File("model")}";
        Assert.True(Job("run", recipe));
        Assert.True(File.Exists(_folder.File("run/samples-000000.png")));
        Assert.Contains("\"eval.fidelity\"", File.ReadAllText(_runs.Metrics("run")), StringComparison.Ordinal);
        using (ModelFolder model = ModelFolder.Open(_folder.File("run/model")))
        {
            Assert.Equal("few-step", model.Settings(TransformerKind.Causal).Sampler);
            Assert.Equal(24, model.LoadTransformer(TransformerKind.Causal).Config.Dim);
        }
        string adapter = _folder.File("run/model/lora.safetensors");
        Assert.True(Job("again", recipe + $"\nlora: {adapter}"));

        Assert.Contains("another recipe", Refused("run", recipe + "\nseed: 8", resume: true), StringComparison.Ordinal);
        Assert.Contains("CLIP ViT-B/32", Refused("clip", recipe.Replace("identity: 0.5", "clip_text: 1", StringComparison.Ordinal)), StringComparison.Ordinal);
        string teacher = _folder.File("teacher");
        TinyTeacher.Write(teacher);
        Assert.Contains("few-step", Refused("teacher", text + $"\nmodel: {teacher}"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("clip")));
    }

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    private bool Job(string name, string recipe, bool resume = false) => TrainingJob.Kvpo(
        _tiny.Compute,
        new TrainingJobOptions { Recipe = _folder.File(name + ".yaml", recipe), Output = _folder.File(name), Resume = resume },
        CancellationToken.None);

    private string Refused(string name, string recipe, bool resume = false) =>
        Assert.Throws<RecipeException>(() => Job(name, recipe, resume)).Message;
}
