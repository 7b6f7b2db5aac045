using LongTake.Alignment.Data;
using LongTake.Alignment.Distillation;
using LongTake.Alignment.Training;
using LongTake.Generation.Samplers;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Tests.Distillation;

/// <summary>Both stages of distillation as a user runs them, with tiny networks.</summary>
public sealed class DistillationTests : DistillationRuns
{
    [Fact]
    public void A_four_step_student_takes_the_place_of_its_teacher_which_stays_beside_it()
    {
        byte[] teacher = File.ReadAllBytes(Weights("causal_transformer"));
        string started = _folder.File("ode/model");
        Assert.True(Run(TrainingJob.Ode, "ode", Ode + "steps: 2\nsample_every: 2", export: null));
        Assert.True(File.Exists(Path.Combine(_folder.File("ode"), "samples-000002.png")));
        Assert.Equal(teacher, File.ReadAllBytes(Weights("causal_transformer")));
        Assert.True(Run(TrainingJob.Distill, "distill", Dmd + $"steps: 3\nstart_from: {started}", export: null));

        Assert.Equal(teacher, File.ReadAllBytes(Weights("causal_teacher")));
        using (ModelFolder model = ModelFolder.Open(Model))
        {
            TransformerSettings settings = model.Settings(TransformerKind.Causal);
            Assert.Equal("few-step", settings.Sampler);
            Assert.Equal([1000, 500], settings.StepList);
            Assert.Equal((5.0, 1.0, 6, 3), (settings.Shift, settings.Guidance, settings.TrainedFrames, settings.FramesPerBlock));
            Assert.Equal("euler", model.Settings(TransformerKind.CausalTeacher).Sampler);
            model.LoadTransformer(TransformerKind.Causal);
        }

        // The teacher is found again: the same trajectories fit, and a second distillation keeps it.
        Assert.True(Run(TrainingJob.Ode, "again", Ode + "steps: 1", export: null));
        Assert.True(Run(TrainingJob.Distill, "twice", Dmd + "steps: 1", export: null));
        Assert.Equal(teacher, File.ReadAllBytes(Weights("causal_teacher")));
        Directory.Delete(Path.Combine(Model, "causal_teacher"), true);
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Distill, "none", Dmd + "steps: 1", export: null));
        Assert.Contains("no multi-step causal transformer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_result_can_lie_between_start_and_end()
    {
        string started = _folder.File("ode/model");
        Assert.True(Run(TrainingJob.Ode, "ode", Ode + "steps: 1", export: null));
        string all = Dmd + $"steps: 6\nstart_from: {started}\n";
        Assert.True(Run(TrainingJob.Distill, "end", all, export: _folder.File("end-model")));
        Assert.True(Run(TrainingJob.Distill, "between", all + "start_share: 0.75", export: _folder.File("between-model")));
        Assert.False(Run(TrainingJob.Distill, "resumed", all + "start_share: 0.75", export: _folder.File("resumed-model"), mostSteps: 3));
        Assert.True(Run(TrainingJob.Distill, "resumed", all + "start_share: 0.75", export: _folder.File("resumed-model"), resume: true));

        using ParameterStore start = Causal(started), end = Causal(_folder.File("end-model")), between = Causal(_folder.File("between-model"));
        using ParameterStore resumed = Causal(_folder.File("resumed-model"));
        double moved = 0;
        foreach (string name in start.Names)
        {
            for (int i = 0; i < start[name].Span.Length; i++)
            {
                float from = start[name].Span[i], to = end[name].Span[i];
                moved = Math.Max(moved, Math.Abs(to - from));
                Assert.Equal((0.75 * from) + (0.25 * to), between[name].Span[i], 0.01 * (Math.Abs(from) + Math.Abs(to)) + 1e-6);
                Assert.Equal(between[name].Span[i], resumed[name].Span[i]);
            }
        }
        Assert.True(moved > 1e-3, "nothing was trained");
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Distill, "none", all + "start_share: 1"));
        Assert.Contains("start_share", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diffusion")]
    [InlineData("teacher")]
    public void Regression_lowers_its_loss(string forcing)
    {
        string text = Ode + $"batch: 3\nforcing: {forcing}\n";
        LastLoss first = new(), last = new();
        Assert.True(Run(TrainingJob.Ode, "first", text + "steps: 1", progress: first));
        Assert.True(Run(TrainingJob.Ode, "last", text + "steps: 80", progress: last));
        Assert.True(last.Value < 0.8 * first.Value, $"{first.Value} to {last.Value}");
    }

    [Fact]
    public void Trajectories_of_whole_clips_come_from_the_bidirectional_transformer()
    {
        LastLoss first = new(), last = new();
        string text = Ode + "batch: 3\nteacher: bidirectional\n";
        Assert.True(Run(TrainingJob.Ode, "first", text + "steps: 1", progress: first));
        Assert.True(Run(TrainingJob.Ode, "last", text + "steps: 80", progress: last));
        Assert.True(last.Value < 0.8 * first.Value, $"{first.Value} to {last.Value}");
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Run(TrainingJob.Ode, "causal", Ode + "steps: 1"));
        Assert.Contains("another teacher", e.Message, StringComparison.Ordinal);

        // The end of a trajectory is what sampling the clip with the same noise gives.
        using ModelFolder model = ModelFolder.Open(Model);
        using WanTransformer transformer = model.LoadTransformer(TransformerKind.Bidirectional);
        using Umt5Encoder encoder = model.LoadTextEncoder();
        OdeRecipe recipe = RecipeReader.Parse<OdeRecipe>(text, "recipe");
        Compute compute = new(_backend);
        Half[] states = new TrajectoryTeacher(compute, transformer, encoder, model.LoadTokenizer(), recipe, TinyTeacher.Side).Compute(0, 1);
        using TensorScope scope = TensorScope.Open();
        int channels = transformer.Config.InChannels;
        TrajectoryNoise noise = new(recipe.Seed, 0);
        Tensor start = Tensor.Empty([1, recipe.Frames, channels, TinyTeacher.Side, TinyTeacher.Side]);
        noise.Initial(0, start);
        SamplerOptions sampling = new() { Kind = SamplerKind.Euler, Shift = recipe.TimestepShift, Steps = recipe.TeacherSteps, Guidance = recipe.TeacherGuidance };
        Tensor prompt = Read(TrainingPrompts.Get(0, recipe.Profile)), end = new BidirectionalSampler(transformer, sampling).Sample(compute, start, noise, prompt, Read(""));
        Tensor expected = Tensor.Empty([1, channels, recipe.Frames, TinyTeacher.Side, TinyTeacher.Side]);
        LatentLayout.Swap(end, expected);
        Half[] found = states[^(int)expected.Count..];
        Assert.All(expected.Span.ToArray().Zip(found), p => Assert.Equal(p.First, (float)p.Second, 0.02f));

        Tensor Read(string caption) => encoder.Encode(compute, model.LoadTokenizer().Encode([caption]));
    }

    [Fact]
    public void Captions_that_the_teacher_does_not_know_are_refused()
    {
        TinyTeacher.Write(Model, world: "large");
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Ode, "full", Ode + "steps: 1"));
        Assert.Contains("write 'world: large'", e.Message, StringComparison.Ordinal);
        Assert.True(Run(TrainingJob.Ode, "large", Ode + "steps: 1\nworld: large"));
    }

    [Fact]
    public void Trajectories_of_another_teacher_are_refused()
    {
        Assert.True(Run(TrainingJob.Ode, "one", Ode + "steps: 1"));
        TinyTeacher.Write(Model, seed: 7);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Run(TrainingJob.Ode, "two", Ode + "steps: 1"));
        Assert.Contains("another teacher", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ode")]
    [InlineData("distill")]
    [InlineData("second scenes")]
    public void A_resumed_training_continues_bit_for_bit_on_any_number_of_threads(string stage)
    {
        (Job job, string text) = stage switch
        {
            "ode" => (TrainingJob.Ode, Ode + "steps: 4"),
            "distill" => ((Job)TrainingJob.Distill, Dmd + "steps: 5"),
            _ => (TrainingJob.Distill, Dmd + "steps: 5\nsecond_scene_preset: longlive-infinity\nsecond_scene_share: 0.7\npronoun_share: 0.5\n"),
        };
        Assert.True(Run(job, "whole", text));
        using CpuBackend three = new(3);
        Assert.False(Run(job, "parts", text, mostSteps: 3, backend: three));
        Assert.True(Run(job, "parts", text, resume: true, backend: three));
        Assert.True(File.ReadAllBytes(Checkpoint("whole")).Length > 1000);
        AssertSameTensors(Checkpoint("whole"), Checkpoint("parts"));
    }
}
