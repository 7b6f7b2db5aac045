using System.Runtime.InteropServices;
using LongTake.Alignment.Data;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>Trainings of a few steps: resumed, stopped, controlled, exported.</summary>
public sealed class KvpoTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;

    public KvpoTrainingTests() => _tiny = new TinyAlignment(_folder.File("model"));

    [Fact]
    public void A_training_killed_at_any_moment_resumes_bit_for_bit()
    {
        Assert.True(Train("whole", 4));
        string whole = File.ReadAllText(Metrics("whole"));
        Assert.Equal(5, whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"reward.local.brightness\"", whole, StringComparison.Ordinal);
        Assert.Contains("\"eval.brightness\"", whole, StringComparison.Ordinal);
        for (int saved = 1; saved < 4; saved++)
        {
            // Killed after the checkpoint of some step, while a later one was under way and its line half written.
            string name = "killed" + saved;
            Train(name, saved);
            byte[] checkpoint = File.ReadAllBytes(Checkpoint(name));
            Train(name, 1, resume: true);
            File.WriteAllBytes(Checkpoint(name), checkpoint);
            File.AppendAllText(Metrics(name), "{\"step\":9,\"lo");
            Assert.True(Train(name, 9, resume: true));
            AssertSameTensors("whole", name);
            Assert.Equal(whole, File.ReadAllText(Metrics(name)));
        }
    }

    [Fact]
    public void A_step_that_is_stopped_while_its_groups_are_made_is_done_anew()
    {
        Assert.True(Train("whole", 4));
        foreach (int clips in (int[])[2, 11, 17])
        {
            string name = "stopped" + clips;
            using CancellationTokenSource stop = new();
            int left = clips;
            Assert.False(Train(name, 4, stop: stop, onClip: () =>
            {
                if (--left == 0)
                {
                    stop.Cancel();
                }
            }));
            Assert.True(Train(name, 4, resume: true));
            AssertSameTensors("whole", name);
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        Assert.True(Train("two", 2, steps: 2));
        using TinyAlignment four = new(_folder.File("model4"), 4);
        Assert.True(Train("four", 2, steps: 2, tiny: four));
        AssertSameTensors("two", "four");
    }

    [Fact]
    public void Equal_rewards_move_nothing_and_shuffled_ones_something_else()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.TieTolerance = 1e9;
        Assert.True(Train("ties", 2, recipe: recipe, steps: 2));
        Assert.All(Moments("ties"), v => Assert.Equal(0, v));
        Assert.Contains("\"skipped\":1", File.ReadAllText(Metrics("ties")), StringComparison.Ordinal);
        Assert.True(Train("plain", 2, steps: 2));
        KvpoRecipe shuffled = TinyAlignment.Recipe;
        shuffled.ShuffleRewards = true;
        Assert.True(Train("shuffled", 2, recipe: shuffled, steps: 2));
        Assert.NotEqual(Moments("plain"), Moments("shuffled"));
    }

    [Fact]
    public void A_recipe_trains_exports_an_adapter_and_a_model_and_refuses_what_cannot_be()
    {
        const string text = """
            frames: 15
            first_section: 9
            section: 6
            window: 6
            sink: 1
            nearest: 3
            history: 9
            perturbed_chunks: 1
            group_size: 2
            scenes: 1
            lora_rank: 2
            evaluation_scripts: 1
            steps: 1
            warmup_steps: 0
            epochs: 2
            groups_per_step: 2
            rewards: {background: 1, identity: 0.5}
            held_out_rewards: [fidelity]
            """;
        string recipe = text + $"\nmodel: {_folder.File("model")}";
        Assert.True(Job("run", recipe));
        Assert.True(File.Exists(_folder.File("run/samples-000000.png")));
        Assert.Contains("\"eval.fidelity\"", File.ReadAllText(Metrics("run")), StringComparison.Ordinal);
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
        Distillation.TinyTeacher.Write(teacher);
        Assert.Contains("few-step", Refused("teacher", text + $"\nmodel: {teacher}"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("clip")));
    }

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    private string Checkpoint(string name) => Path.Combine(_folder.File(name), "checkpoint.safetensors");

    private string Metrics(string name) => Path.Combine(_folder.File(name), "metrics.jsonl");

    private bool Train(
        string name,
        int mostSteps,
        bool resume = false,
        int steps = 4,
        KvpoRecipe? recipe = null,
        TinyAlignment? tiny = null,
        CancellationTokenSource? stop = null,
        Action? onClip = null)
    {
        recipe ??= TinyAlignment.Recipe;
        recipe.Steps = steps;
        recipe.SampleEvery = 3;
        tiny ??= _tiny;
        using GroupTask task = new(
            recipe,
            new KvpoStrategy(recipe, tiny.Parts),
            new ShapesScripts(recipe.Scenes, WorldProfile.Full),
            Brightness.Set(onClip),
            KvpoStrategy.AdvantageOptions)
        {
            Cancellation = stop?.Token ?? default,
        };
        using TrainingLoop loop = new(recipe, task, tiny.Compute, _folder.File(name));
        if (resume)
        {
            loop.Resume("recipe");
        }
        return loop.Run("recipe", null, stop?.Token ?? default, mostSteps);
    }

    private bool Job(string name, string recipe, bool resume = false) => TrainingJob.Kvpo(
        _tiny.Compute,
        new TrainingJobOptions { Recipe = _folder.File(name + ".yaml", recipe), Output = _folder.File(name), Resume = resume },
        CancellationToken.None);

    private string Refused(string name, string recipe, bool resume = false) =>
        Assert.Throws<RecipeException>(() => Job(name, recipe, resume)).Message;

    /// <summary>First moments of the adapters: zero while no gradient has come.</summary>
    private float[] Moments(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Checkpoint(name));
        List<float> values = [];
        foreach (TensorInfo info in file.Tensors.Where(t => t.Name.Contains("exp_avg.", StringComparison.Ordinal)))
        {
            using Tensor t = file.Load(info.Name);
            values.AddRange(t.Span);
        }
        Assert.NotEmpty(values);
        return [.. values];
    }

    private void AssertSameTensors(string expected, string actual)
    {
        using SafetensorsFile a = SafetensorsFile.Open(Checkpoint(expected)), b = SafetensorsFile.Open(Checkpoint(actual));
        Assert.Equal(a.Tensors.Select(t => t.Name), b.Tensors.Select(t => t.Name));
        foreach (TensorInfo info in a.Tensors)
        {
            using Tensor x = a.Load(info.Name), y = b.Load(info.Name);
            Assert.True(Bytes(x).SequenceEqual(Bytes(y)), $"{info.Name} differs");
        }
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Tensor t) => new(t.Pointer, (int)t.Bytes);
}
