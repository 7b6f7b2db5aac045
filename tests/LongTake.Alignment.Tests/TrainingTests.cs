using System.Globalization;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Tests;

/// <summary>The three trainings, a few steps of tiny networks each, one after the other as a user runs them.</summary>
public sealed class TrainingTests : TrainingFixture
{
    [Fact]
    public void A_model_is_trained_from_nothing_in_three_trainings()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 6\npicture_share: 0.34\nwhole_canvas_share: 0.34", out string vae));
        Assert.Matches("psnr .* dB", vae);
        Assert.True(Run(TrainingJob.Base, "base", Base + "\nsteps: 2\nsample_every: 2", out _));
        Assert.True(File.Exists(Path.Combine(InFolder("base"), "samples-000002.png")));
        Assert.True(Run(TrainingJob.Causal, "causal", Networks + "\nsteps: 2\nsample_frames: 6\nsample_every: 2", out _));
        Assert.True(File.Exists(Path.Combine(InFolder("causal"), "samples-000002.png")));
        Assert.True(Run(TrainingJob.Causal, "diffusion", Networks + "\nsteps: 1\nsample_frames: 6\nforcing: diffusion", out _));
        string first = Networks.Replace("held_out_clips: 0", "held_out_clips: 1") + "\nsteps: 2\nsample_frames: 6\nfirst_chunk_share: 1\nheld_out_every: 2";
        Assert.True(Run(TrainingJob.Causal, "first", first, out string chunks));
        Assert.Matches(@"held-out loss .* \(6 frames\) .* \(3 frames\)$", chunks);

        using ModelFolder model = ModelFolder.Open(Model);
        Assert.Equal([TransformerKind.Bidirectional, TransformerKind.Causal], model.Transformers.Order());
        Assert.Equal(3, model.Settings(TransformerKind.Causal).FramesPerBlock);
        Assert.Equal(4, model.LoadVae().Config.ZDim);
        Assert.Equal(24, model.LoadTransformer(TransformerKind.Causal).Config.Dim);
        Assert.NotEmpty(model.LoadTokenizer().Encode("a small red circle stays still on a background of sand dots."));
    }

    [Fact]
    public void Alignment_is_learned_resumed_and_not_exported()
    {
        string text = Base + "\nalignment_weight: 2\nlearning_rate: 0.01\nfinal_learning_rate: 0.01\nwarmup_steps: 0\nlength_curriculum: [3]";
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        Assert.True(Run(TrainingJob.Base, "short", text + "\nsteps: 1", out string first));
        Assert.True(Run(TrainingJob.Base, "whole", text + "\nsteps: 40", out string last));
        Assert.InRange(Misread(last), 0, 0.6 * Misread(first));
        Assert.False(Run(TrainingJob.Base, "parts", text + "\nsteps: 40", out _, mostSteps: 25));
        Assert.True(Run(TrainingJob.Base, "parts", text + "\nsteps: 40", out _, resume: true));
        AssertSameTensors(Checkpoint("whole"), Checkpoint("parts"));
        using SafetensorsFile exported = SafetensorsFile.Open(Path.Combine(Model, "transformer", "diffusion_pytorch_model.safetensors"));
        Assert.DoesNotContain(exported.Tensors, t => t.Name.Contains("alignment", StringComparison.Ordinal));
    }

    [Fact]
    public void Alignment_is_for_training_clips_and_for_first_chunks()
    {
        const string Aligned = "\nalignment_weight: 2\nheld_out_every: 2\nsteps: 2";
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        Assert.True(Run(TrainingJob.Base, "base", Base.Replace("held_out_clips: 0", "held_out_clips: 1") + Aligned, out string whole));
        Assert.Matches(@"misread .* held-out loss .* \(6 frames\)$", whole);
        string causal = Networks.Replace("held_out_clips: 0", "held_out_clips: 1") + Aligned + "\nsample_frames: 6\nfirst_chunk_share: ";
        Assert.True(Run(TrainingJob.Causal, "first", causal + "1", out string first));
        Assert.Matches(@"held-out loss .* \(3 frames\)$", first);

        // The head learns to read: its stories are those of the samples.
        string learning = causal + "1\nlearning_rate: 0.01\nfinal_learning_rate: 0.01\nwarmup_steps: 0\nheld_out_clips: 0\nsteps: ";
        learning = learning.Replace("\nheld_out_clips: 1", "").Replace("\nsteps: 2", "");
        Assert.True(Run(TrainingJob.Causal, "early", learning + "1", out string early));
        Assert.True(Run(TrainingJob.Causal, "late", learning + "60", out string late));
        Assert.InRange(Misread(late), 0, 0.6 * Misread(early));

        // Only first chunks have to follow the caption alone: where there are none, nothing is aligned.
        Assert.True(Run(TrainingJob.Causal, "none", causal + "0", out _));
        Assert.True(Run(TrainingJob.Causal, "without", causal.Replace("alignment_weight: 2", "alignment_weight: 0") + "0", out _));
        Dictionary<string, float[]> aligned = ByName(Checkpoint("none"));
        Assert.Contains(aligned.Keys, name => name.StartsWith("alignment.", StringComparison.Ordinal));
        Assert.All(ByName(Checkpoint("without")), t => Assert.Equal(t.Value, aligned[t.Key]));
        Assert.NotEqual(aligned["alignment.weights.head.weight"], ByName(Checkpoint("first"))["alignment.weights.head.weight"]);
    }

    [Theory]
    [InlineData("base")]
    [InlineData("causal")]
    public void Held_out_clips_are_measured_and_change_nothing(string training)
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        Assert.True(Run(TrainingJob.Base, "start", Base + "\nsteps: 1", out _));
        string text = training == "base" ? Base : Networks + "\nsample_frames: 6";
        text += "\nsteps: 4\nheld_out_every: 2";
        Func<Compute, TrainingJobOptions, CancellationToken, bool> job = training == "base" ? TrainingJob.Base : TrainingJob.Causal;
        Assert.True(Run(job, "without", text, out string silent));
        Assert.DoesNotContain("held-out", silent, StringComparison.Ordinal);
        string measured = text.Replace("held_out_clips: 0", "held_out_clips: 3");
        Assert.True(Run(job, "with", measured, out string details));
        Assert.Matches(@"held-out loss \d+\.\d{4} \(6 frames\)$", details);
        AssertSameTensors(Checkpoint("without"), Checkpoint("with"));
        Assert.True(Run(job, "again", measured, out string again));
        Assert.Equal(details, again);
    }

    [Fact]
    public void Short_samples_come_from_a_cache_of_their_own()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 1", out _));
        string text = Base.Replace("held_out_clips: 0", "held_out_clips: 1")
            + $"\nmix_lengths: true\nshort_clips: 3\nshort_latent_frames: 3\nshort_latents: {InFolder("short.bin")}\nsteps: 4\nheld_out_every: 4";
        Assert.True(Run(TrainingJob.Base, "mixed", text, out string details));
        Assert.Matches(@"held-out loss .* \(3 frames\) .* \(6 frames\)$", details);
        // 4 channels of 8x8 halves a latent frame; 3 + 1 clips of 3, 2 + 1 of 6.
        Assert.Equal(4 * 3 * 4 * 64 * 2, new FileInfo(InFolder("short.bin")).Length);
        Assert.Equal(3 * 6 * 4 * 64 * 2, new FileInfo(InFolder("latents.bin")).Length);
        Assert.False(Run(TrainingJob.Base, "parts", text, out _, mostSteps: 2));
        Assert.True(Run(TrainingJob.Base, "parts", text, out _, resume: true));
        AssertSameTensors(Checkpoint("mixed"), Checkpoint("parts"));
    }

    private static double Misread(string details) => double.Parse(details.Split("misread ")[1].Split(',')[0], CultureInfo.InvariantCulture);
}
