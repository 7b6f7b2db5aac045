using LongTake.Alignment.Branches;
using LongTake.Alignment.Data;
using LongTake.Alignment.FlowGrpo;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Nft;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.RewardWeighted;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Grpo;

/// <summary>A model of random weights with a few-step transformer, and all that alignments need of it. Latent frames are 4 x 8 x 8.</summary>
internal sealed class TinyAlignment : IDisposable
{
    private readonly CpuBackend _backend;
    private readonly ModelFolder _model;

    public TinyAlignment(string folder, int threads = 2)
    {
        _backend = new CpuBackend(threads);
        Compute = new Compute(_backend);
        TinyFewStep.Write(folder);
        _model = ModelFolder.Open(folder);
        Parts = GeneratorParts.Load(_model);
    }

    public Compute Compute { get; }

    public GeneratorParts Parts { get; }

    /// <summary>KVPO with branches of one chunk that choose two frames.</summary>
    public static KvpoRecipe Recipe => Small(new KvpoRecipe { Nearest = 3, History = 9, PerturbedChunks = 1 });

    /// <summary>
    /// Fits a recipe to the model: videos of two sections, 9 and 6 latent frames; chunks of 3 with a window of 6 and a sink of 1; three members.
    /// </summary>
    public static T Small<T>(T recipe)
        where T : BranchRecipe
    {
        recipe.Rewards["total"] = 1;
        recipe.Frames = 15;
        recipe.FirstSection = 9;
        recipe.Section = 6;
        recipe.Window = 6;
        recipe.Sink = 1;
        recipe.GroupSize = 3;
        recipe.Scenes = 2;
        recipe.LoraRank = 2;
        recipe.LoraAlpha = 0;
        recipe.LearningRate = 1e-3f;
        recipe.FinalLearningRate = 1e-3f;
        recipe.WarmupSteps = 0;
        recipe.EvaluationScripts = 1;
        recipe.SampleEvery = 0;
        recipe.Steps = 4;
        return recipe;
    }

    /// <summary>The strategy of a recipe.</summary>
    public BranchStrategy Strategy(BranchRecipe recipe) => recipe switch
    {
        KvpoRecipe kvpo => new KvpoStrategy(kvpo, Parts),
        FlowGrpoRecipe flow => new FlowGrpoStrategy(flow, Parts),
        RewardWeightedRecipe weighted => new RewardWeightedStrategy(weighted, Parts),
        NftRecipe nft => new NftStrategy(nft, Parts),
        _ => throw new ArgumentException($"There is no strategy for {recipe}."),
    };

    public static VideoScript Script(int scenes, int index = 0) => new ShapesScripts(scenes, WorldProfile.Full).Training(index);

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
