using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Tests.Distillation;

/// <summary>A folder with a tiny teacher, and the recipes and runs of both stages of distillation over it.</summary>
public abstract class DistillationRuns : IDisposable
{
    private protected readonly TemporaryFolder _folder = new();
    private protected readonly CpuBackend _backend = new(2);

    private protected DistillationRuns() => TinyTeacher.Write(Model);

    private protected string Model => _folder.File("model");

    private protected string Shared => $"""
        model: {Model}
        frames: 6
        step_list: [1000, 500]
        batch: 2
        sample_every: 0
        learning_rate: 0.002
        final_learning_rate: 0.0001

        """;

    private protected string Ode => Shared + $"""
        trajectories: {_folder.File("trajectories.bin")}
        pairs: 3
        teacher_batch: 2
        teacher_steps: 4
        teacher_guidance: 3

        """;

    private protected string Dmd => Shared + "critic_learning_rate: 0.001\ncritic_updates: 2\nema_start: 2\n";
    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    private protected delegate bool Job(Compute compute, TrainingJobOptions options, CancellationToken cancellation);

    private protected static void AssertSameTensors(string expected, string actual)
    {
        Dictionary<string, byte[]> a = ReadFile(expected), b = ReadFile(actual);
        Assert.Equal(a.Keys.Order(), b.Keys.Order());
        Assert.All(a, t => Assert.True(t.Value.AsSpan().SequenceEqual(b[t.Key]), $"{t.Key} differs"));
    }

    private protected static Dictionary<string, byte[]> ReadFile(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Tensors.ToDictionary(t => t.Name, t =>
        {
            using Tensor tensor = file.Load(t.Name);
            return Bytes(tensor);
        });
    }

    private protected static unsafe byte[] Bytes(Tensor t) => new ReadOnlySpan<byte>(t.Pointer, (int)t.Bytes).ToArray();

    private protected Dictionary<string, byte[]> Read(string name) => ReadFile(Checkpoint(name));

    private protected ParameterStore Causal(string folder)
    {
        using ModelFolder model = ModelFolder.Open(folder);
        using WanTransformer transformer = model.LoadTransformer(TransformerKind.Causal);
        ParameterStore values = new();
        foreach (string name in transformer.Parameters.Names)
        {
            values.Add(name, new Compute(_backend).Cast(transformer.Parameters[name], DType.F32).Clone());
        }
        return values;
    }

    private protected string Checkpoint(string name) => Path.Combine(_folder.File(name), "checkpoint.safetensors");

    private protected string Weights(string part) => Path.Combine(Model, part, "diffusion_pytorch_model.safetensors");

    private protected bool Run(
        Job job,
        string name,
        string recipe,
        string? export = "",
        bool resume = false,
        int mostSteps = int.MaxValue,
        CpuBackend? backend = null,
        IProgress<TrainingProgress>? progress = null)
    {
        TrainingJobOptions options = new()
        {
            Recipe = _folder.File(name + ".yaml", recipe),
            Output = _folder.File(name),
            Export = export is "" ? _folder.File("exported") : export,
            Resume = resume,
            MostSteps = mostSteps,
            Progress = progress,
        };
        return job(new Compute(backend ?? _backend), options, CancellationToken.None);
    }

    private protected sealed class LastLoss : IProgress<TrainingProgress>
    {
        public double Value { get; private set; }

        public void Report(TrainingProgress value) => Value = value.Loss;
    }
}
