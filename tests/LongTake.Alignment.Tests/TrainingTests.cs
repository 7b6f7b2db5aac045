using System.Globalization;
using System.Runtime.InteropServices;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Tests;

/// <summary>The three trainings, a few steps of tiny networks each, one after the other as a user runs them.</summary>
public sealed class TrainingTests : IDisposable
{
    private const string Vae = """
        dim: 4
        z_dim: 4
        residual_blocks: 1
        frames: 5
        crop: 16
        batch: 5
        statistics_clips: 1
        sample_every: 0
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(2);
    private readonly Compute _compute;

    public TrainingTests() => _compute = new Compute(_backend);

    private string Networks => $"""
        model: {Model}
        latents: {_folder.File("latents.bin")}
        clips: 2
        held_out_clips: 0
        latent_frames: 6
        batch: 2
        sample_every: 0
        """;

    private string Base => $"""
        {Networks}
        dim: 24
        ffn_dim: 32
        heads: 2
        layers: 1
        text_dim: 16
        text_layers: 1
        length_curriculum: [3, 6]
        """;

    private string Model => _folder.File("model");

    [Fact]
    public void A_model_is_trained_from_nothing_in_three_trainings()
    {
        Assert.True(Run(TrainingJob.Vae, "vae", Vae + "\nsteps: 6\npicture_share: 0.34\nwhole_canvas_share: 0.34", out string vae));
        Assert.Matches("psnr .* dB", vae);
        Assert.True(Run(TrainingJob.Base, "base", Base + "\nsteps: 2\nsample_every: 2", out _));
        Assert.True(File.Exists(Path.Combine(_folder.File("base"), "samples-000002.png")));
        Assert.True(Run(TrainingJob.Causal, "causal", Networks + "\nsteps: 2\nsample_frames: 6\nsample_every: 2", out _));
        Assert.True(File.Exists(Path.Combine(_folder.File("causal"), "samples-000002.png")));
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
            + $"\nmix_lengths: true\nshort_clips: 3\nshort_latent_frames: 3\nshort_latents: {_folder.File("short.bin")}\nsteps: 4\nheld_out_every: 4";
        Assert.True(Run(TrainingJob.Base, "mixed", text, out string details));
        Assert.Matches(@"held-out loss .* \(3 frames\) .* \(6 frames\)$", details);
        // 4 channels of 8x8 halves a latent frame; 3 + 1 clips of 3, 2 + 1 of 6.
        Assert.Equal(4 * 3 * 4 * 64 * 2, new FileInfo(_folder.File("short.bin")).Length);
        Assert.Equal(3 * 6 * 4 * 64 * 2, new FileInfo(_folder.File("latents.bin")).Length);
        Assert.False(Run(TrainingJob.Base, "parts", text, out _, mostSteps: 2));
        Assert.True(Run(TrainingJob.Base, "parts", text, out _, resume: true));
        AssertSameTensors(Checkpoint("mixed"), Checkpoint("parts"));
    }

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
        string latents = _folder.File("latents.bin");
        byte[] whole = File.ReadAllBytes(latents);
        File.WriteAllBytes(latents, whole[..^100]);
        Assert.True(Run(TrainingJob.Base, "again", Base + "\nsteps: 1", out _));
        Assert.Equal(whole, File.ReadAllBytes(latents));

        Assert.True(Run(TrainingJob.Vae, "other", Vae + "\nsteps: 1\nseed: 9", out _));
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Run(TrainingJob.Base, "third", Base + "\nsteps: 1", out _));
        Assert.Contains("latents.bin", e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    private static void AssertSameTensors(string expected, string actual)
    {
        using SafetensorsFile a = SafetensorsFile.Open(expected), b = SafetensorsFile.Open(actual);
        Assert.Equal(a.Tensors.Select(t => t.Name), b.Tensors.Select(t => t.Name));
        foreach (TensorInfo info in a.Tensors)
        {
            using Tensor x = a.Load(info.Name), y = b.Load(info.Name);
            Assert.True(Bytes(x).SequenceEqual(Bytes(y)), $"{info.Name} differs");
        }
    }

    /// <summary>All numbers of a file of bfloat16 tensors; the smallest, which a step of no size leaves, count as zero.</summary>
    private static double Misread(string details) => double.Parse(details.Split("misread ")[1].Split(',')[0], CultureInfo.InvariantCulture);

    private static float[] Values(string path) => [.. ByName(path).Values.SelectMany(v => v)];

    private static Dictionary<string, float[]> ByName(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, float[]> values = [];
        foreach (TensorInfo info in file.Tensors)
        {
            using Tensor tensor = file.Load(info.Name);
            values[info.Name] = [.. MemoryMarshal.Cast<byte, ushort>(Bytes(tensor)).ToArray()
                .Select(bits => BitConverter.Int32BitsToSingle(bits << 16))
                .Select(value => MathF.Abs(value) < 1e-20f ? 0 : value)];
        }
        return values;
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Tensor t) => new(t.Pointer, (int)t.Bytes);

    private string Checkpoint(string name) => Path.Combine(_folder.File(name), "checkpoint.safetensors");

    private TrainingJobOptions Options(string name, string recipe, bool resume, IProgress<TrainingProgress> progress, int mostSteps) => new()
    {
        Recipe = _folder.File(name + ".yaml", recipe),
        Output = _folder.File(name),
        Export = Model,
        Resume = resume,
        Progress = progress,
        MostSteps = mostSteps,
    };

    private bool Run(
        Func<Compute, TrainingJobOptions, CancellationToken, bool> job,
        string name,
        string recipe,
        out string details,
        bool resume = false,
        int mostSteps = int.MaxValue,
        CancellationToken cancellation = default)
    {
        LastDetails last = new();
        bool finished = job(_compute, Options(name, recipe, resume, last, mostSteps), cancellation);
        details = last.Text;
        return finished;
    }

    private sealed class LastDetails : IProgress<TrainingProgress>
    {
        public string Text { get; private set; } = "";

        public void Report(TrainingProgress value) => Text = value.Details;
    }
}
