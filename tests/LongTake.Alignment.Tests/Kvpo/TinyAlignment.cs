using LongTake.Alignment.Data;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Tests.Distillation;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>A model of random weights with a few-step transformer, and all that KVPO needs of it. Latent frames are 4 x 8 x 8.</summary>
internal sealed class TinyAlignment : IDisposable
{
    private readonly CpuBackend _backend;
    private readonly ModelFolder _model;

    public TinyAlignment(string folder, int threads = 2)
    {
        _backend = new CpuBackend(threads);
        Compute = new Compute(_backend);
        Write(folder);
        _model = ModelFolder.Open(folder);
        Parts = new KvpoParts
        {
            Transformer = _model.LoadTransformer(TransformerKind.Causal),
            Settings = _model.Settings(TransformerKind.Causal),
            Vae = _model.LoadVae(),
            TextEncoder = _model.LoadTextEncoder(),
            Tokenizer = _model.LoadTokenizer(),
        };
    }

    public Compute Compute { get; }

    public KvpoParts Parts { get; }

    /// <summary>
    /// Videos of two sections, 9 and 6 latent frames; chunks of 3 with a window of 6 and a sink of 1; branches of one chunk choose two frames.
    /// </summary>
    public static KvpoRecipe Recipe => new()
    {
        Rewards = { ["total"] = 1 },
        Frames = 15,
        FirstSection = 9,
        Section = 6,
        Window = 6,
        Sink = 1,
        Nearest = 3,
        History = 9,
        PerturbedChunks = 1,
        GroupSize = 3,
        Scenes = 2,
        LoraRank = 2,
        LearningRate = 1e-3f,
        FinalLearningRate = 1e-3f,
        WarmupSteps = 0,
        EvaluationScripts = 1,
        SampleEvery = 0,
        Steps = 4,
    };

    public static VideoScript Script(int scenes, int index = 0) => new ShapesScripts(scenes, WorldProfile.Full).Training(index);

    /// <summary>Writes the model, with a sampler of two steps.</summary>
    public static void Write(string folder)
    {
        TinyTeacher.Write(folder);
        TransformerSettings settings = TinyTeacher.Settings with
        {
            Sampler = "few-step",
            StepList = [1000, 500],
            Shift = 5,
            Guidance = 1,
            Height = 64,
            Width = 64,
            SinkFrames = 1,
            WindowFrames = 6,
        };
        using var weights = TinyTeacher.Weights(1);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, TinyTeacher.Config, settings, weights);
    }

    /// <summary>Adapters as after some training.</summary>
    public static void Disturb(Alignment.Lora.LoraWeights lora, ulong seed, float size)
    {
        ulong stream = 0;
        foreach (string name in lora.Parameters.Names)
        {
            Tensor t = lora.Parameters[name];
            using Tensor noise = TensorScope.Detach(Tensor.Empty(t.Shape));
            new CounterRandom(seed, stream++).FillNormal(noise.Span);
            for (int i = 0; i < t.Span.Length; i++)
            {
                t.Span[i] += size * noise.Span[i];
            }
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
    }
}

/// <summary>The mean of all bytes of a clip: a reward that has a value for any picture.</summary>
/// <param name="clips">Told of every clip.</param>
internal sealed class Brightness(Action? clips = null) : IReward, IVideoMetric
{
    public string Name => "brightness";

    public string Description => "Mean of all bytes.";

    public IVideoMetric Metric => this;

    public IReadOnlyList<MetricColumn> Columns { get; } = [new("brightness", BetterWhen.Higher, "Mean of all bytes.")];

    public static RewardSet Set(Action? clips = null) => new([new RewardTerm(new Brightness(clips), 1)]);

    public double Score(MetricResult result) => result.Figures["brightness"];

    public string? WhyNot(VideoDescription video) => null;

    public IMetricRun Start(VideoDescription video)
    {
        clips?.Invoke();
        return new Run(video);
    }

    private sealed class Run(VideoDescription video) : MetricRun(video)
    {
        private double _sum;

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            foreach (byte b in frame)
            {
                _sum += b;
            }
        }

        protected override MetricResult Result() =>
            MetricResult.Of(new Dictionary<string, double> { ["brightness"] = _sum / ((double)Video.FrameCount * Video.FrameBytes) });
    }
}
