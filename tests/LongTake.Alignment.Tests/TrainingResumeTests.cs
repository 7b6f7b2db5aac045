using LongTake.Alignment.Training;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Tests;

/// <summary>Trainings that stop, go on, and find what earlier ones left.</summary>
public sealed class TrainingResumeTests : TrainingFixture
{
    [Theory]
    [InlineData("adamw")]
    [InlineData("muon")]
    public void A_resumed_training_continues_bit_for_bit(string optimizer)
    {
        string text = Vae + $"\nsteps: 6\noptimizer: {optimizer}";
        Assert.True(Run(TrainingJob.Vae, "whole", text, out _));
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.False(Run(TrainingJob.Vae, "parts", text, out _, cancellation: stop.Token));
        Assert.False(Run(TrainingJob.Vae, "parts", text, out _, resume: true, mostSteps: 4));
        Assert.True(Run(TrainingJob.Vae, "parts", text, out _, resume: true));
        AssertSameTensors(Checkpoint("whole"), Checkpoint("parts"));
    }

    [Fact]
    public void Rounded_weights_change_the_losses_from_their_step_on_and_leave_the_weights_whole()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        string text = Base + "\nsteps: 3\n";
        Assert.True(Run(TrainingJob.Base, "plain", text, out _));
        Assert.True(Run(TrainingJob.Base, "rounded", text + "round_from: 1", out _));
        Assert.False(Run(TrainingJob.Base, "parts", text + "round_from: 1", out _, mostSteps: 2));
        Assert.True(Run(TrainingJob.Base, "parts", text + "round_from: 1", out _, resume: true));
        AssertSameTensors(Checkpoint("rounded"), Checkpoint("parts"));

        using SafetensorsFile plain = SafetensorsFile.Open(Checkpoint("plain")), rounded = SafetensorsFile.Open(Checkpoint("rounded"));
        const string name = "transformer.weights.blocks.0.self_attn.q.weight";
        using Tensor a = plain.Load(name), b = rounded.Load(name);
        Assert.NotEqual(a.Span.ToArray(), b.Span.ToArray());

        // Two steps apart they are close, and neither holds 16 values a block.
        Assert.All(a.Span.ToArray().Zip(b.Span.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 0.01f));
        Assert.True(b.Span.ToArray().Take(64).Distinct().Count() > 20);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        string text = Vae + "\nsteps: 3";
        Assert.True(Run(TrainingJob.Vae, "two", text, out _));
        using CpuBackend four = new(4);
        TrainingJobOptions options = Options("four", text, false, new LastDetails(), int.MaxValue);
        Assert.True(TrainingJob.Vae(new Compute(four), options, CancellationToken.None));
        AssertSameTensors(Checkpoint("two"), Checkpoint("four"));
    }

    [Fact]
    public void A_folder_with_a_training_is_not_overwritten_and_another_recipe_is_not_resumed()
    {
        string text = Vae + "\nsteps: 1";
        Assert.True(Run(TrainingJob.Vae, "vae", text, out _));
        RecipeException again = Assert.Throws<RecipeException>(() => Run(TrainingJob.Vae, "vae", text, out _));
        Assert.Contains("--resume", again.Message, StringComparison.Ordinal);
        RecipeException other = Assert.Throws<RecipeException>(() => Run(TrainingJob.Vae, "vae", text + "\nseed: 7", out _, resume: true));
        Assert.Contains("another recipe", other.Message, StringComparison.Ordinal);
        RecipeException nothing = Assert.Throws<RecipeException>(() => Run(TrainingJob.Vae, "empty", text, out _, resume: true));
        Assert.Contains("no training to resume", nothing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Latents_of_another_vae_are_refused_and_an_interrupted_cache_is_completed()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        Assert.True(Run(TrainingJob.Base, "base", Base + "\nsteps: 1", out _));
        string latents = InFolder("latents.bin");
        byte[] whole = File.ReadAllBytes(latents);
        File.WriteAllBytes(latents, whole[..^100]);
        Assert.True(Run(TrainingJob.Base, "again", Base + "\nsteps: 1", out _));
        Assert.Equal(whole, File.ReadAllBytes(latents));

        Assert.True(Run(TrainingJob.Vae, "other", Vae + "\nsteps: 1\nseed: 9", out _));
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Run(TrainingJob.Base, "third", Base + "\nsteps: 1", out _));
        Assert.Contains("latents.bin", e.Message, StringComparison.Ordinal);

        File.WriteAllText(latents + ".json", "{");
        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => Run(TrainingJob.Base, "fourth", Base + "\nsteps: 1", out _)).Message, StringComparison.Ordinal);
    }
}
