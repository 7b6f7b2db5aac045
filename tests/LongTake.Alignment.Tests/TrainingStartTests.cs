using LongTake.Alignment.Training;

namespace LongTake.Alignment.Tests;

/// <summary>Trainings that begin with the weights of earlier ones.</summary>
public sealed class TrainingStartTests : TrainingFixture
{
    [Fact]
    public void A_training_can_start_from_an_earlier_models_weights()
    {
        // A step of no size: what is exported is what the training started from.
        const string Still = "\nsteps: 1\nlearning_rate: 1e-30\nfinal_learning_rate: 0\nseed: 5";
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 2", out _));
        Assert.True(Run(TrainingJob.Base, "base", Base + "\nsteps: 1", out _));
        Assert.True(Run(TrainingJob.Causal, "causal", Networks + "\nsteps: 1\nsample_frames: 6", out _));
        string[] files = [.. Directory.GetFiles(Model, "*.safetensors", SearchOption.AllDirectories).Order()];
        Assert.Equal(4, files.Length);
        float[][] before = [.. files.Select(Values)];
        string start = $"{Still}\nstart_from: {Model}";
        Assert.True(Run(TrainingJob.Vae, "vae-2", Vae + start, out _));
        Assert.True(Run(TrainingJob.Base, "base-2", Base + start, out _));
        Assert.True(Run(TrainingJob.Causal, "causal-2", Networks + "\nsample_frames: 6" + start, out _));
        Assert.Equal(before, files.Select(Values));

        RecipeException e = Assert.Throws<RecipeException>(
            () => Run(TrainingJob.Base, "wide", Base.Replace("ffn_dim: 32", "ffn_dim: 40") + start, out _));
        Assert.Contains("start_from", e.Message, StringComparison.Ordinal);
        Assert.Contains("ffn", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decoder_can_learn_alone_and_the_latents_stay_what_they_were()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 2", out _));
        string file = Path.Combine(Model, "vae", "diffusion_pytorch_model.safetensors"), settings = Path.Combine(Model, "vae", "config.json");
        Dictionary<string, float[]> before = ByName(file);
        string config = File.ReadAllText(settings);
        string text = Vae + $"\nsteps: 3\nseed: 5\ndecoder_only: true\nstart_from: {Model}";
        Assert.True(Run(TrainingJob.Vae, "decoder", text, out string details));
        Assert.DoesNotContain("kl", details, StringComparison.Ordinal);
        Dictionary<string, float[]> after = ByName(file);
        Assert.Equal(before.Keys, after.Keys);
        string[] changed = [.. before.Keys.Where(name => !before[name].AsSpan().SequenceEqual(after[name]))];
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.Matches("^(decoder|conv2)\\.", name));
        Assert.Equal(config, File.ReadAllText(settings));
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Vae, "alone", Vae + "\ndecoder_only: true", out _));
        Assert.Contains("start_from", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_encoder_can_stay_as_it_is()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        Assert.True(Run(TrainingJob.Base, "base", Base + "\nsteps: 1", out _));
        string transformer = Path.Combine(Model, "transformer", "diffusion_pytorch_model.safetensors");
        string text = Directory.GetFiles(Path.Combine(Model, "text_encoder"), "*.safetensors").Single();
        byte[] kept = File.ReadAllBytes(text), moved = File.ReadAllBytes(transformer);
        Assert.True(Run(TrainingJob.Base, "again", Base + $"\nsteps: 2\nsample_every: 2\nstart_from: {Model}\ntrain_text_encoder: false", out _));
        Assert.Equal(kept, File.ReadAllBytes(text));
        Assert.NotEqual(moved, File.ReadAllBytes(transformer));
    }
}
