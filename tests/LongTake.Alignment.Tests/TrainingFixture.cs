using System.Runtime.InteropServices;
using LongTake.Alignment.Training;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Tests;

/// <summary>Trainings of tiny networks, a few steps each, in a folder that goes with the test.</summary>
public abstract class TrainingFixture : IDisposable
{
    protected const string Vae = """
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

    protected TrainingFixture() => _compute = new Compute(_backend);

    protected string Networks => $"""
        model: {Model}
        latents: {_folder.File("latents.bin")}
        clips: 2
        held_out_clips: 0
        latent_frames: 6
        batch: 2
        sample_every: 0
        """;

    protected string Base => $"""
        {Networks}
        dim: 24
        ffn_dim: 32
        heads: 2
        layers: 1
        text_dim: 16
        text_layers: 1
        length_curriculum: [3, 6]
        """;

    protected string Model => _folder.File("model");

    /// <summary>Frees the backend and deletes the folder.</summary>
    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static void AssertSameTensors(string expected, string actual)
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
    protected static float[] Values(string path) => [.. ByName(path).Values.SelectMany(v => v)];

    protected static Dictionary<string, float[]> ByName(string path)
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

    protected string InFolder(string name) => _folder.File(name);

    protected string Checkpoint(string name) => Path.Combine(_folder.File(name), "checkpoint.safetensors");

    protected TrainingJobOptions Options(string name, string recipe, bool resume, IProgress<TrainingProgress> progress, int mostSteps) => new()
    {
        Recipe = _folder.File(name + ".yaml", recipe),
        Output = _folder.File(name),
        Export = Model,
        Resume = resume,
        Progress = progress,
        MostSteps = mostSteps,
    };

    protected bool Run(
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

    protected sealed class LastDetails : IProgress<TrainingProgress>
    {
        public string Text { get; private set; } = "";

        public void Report(TrainingProgress value) => Text = value.Details;
    }
}
