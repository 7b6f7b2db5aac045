using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Tests.Distillation;

/// <summary>A student that learns as a low-rank difference from the bidirectional transformer, and is stored as that.</summary>
public sealed class LowRankTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(2);

    public LowRankTrainingTests()
    {
        TinyTeacher.Write(Model);
        using ModelFolder model = ModelFolder.Open(Model);
        using ParameterStore bidirectional = model.LoadTransformerParameters(TransformerKind.Bidirectional, use: WeightUse.Training);
        ModelFolderWriter.WriteTransformer(Start, TransformerKind.Causal, TinyTeacher.Config, TinyTeacher.Settings, bidirectional);
    }

    private string Model => _folder.File("model");

    private string Start => _folder.File("start");

    private string Recipe => $"""
        model: {Model}
        frames: 6
        step_list: [1000, 500]
        batch: 2
        sample_every: 0
        learning_rate: 0.02
        critic_learning_rate: 0.001
        critic_updates: 2
        ema_start: 2
        low_rank: 2

        """;

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_it_has_learned_fits_into_an_adapter_of_the_rank_and_a_stopped_training_goes_on()
    {
        string recipe = Recipe + $"steps: 4\nstart_from: {Start}\n";
        Assert.True(Run("whole", recipe, "a"));
        Assert.False(Run("run", recipe, "b", mostSteps: 3));
        Assert.True(Run("run", recipe, "b", resume: true));
        Assert.Equal(Weights("a"), Weights("b"));

        // As another transformer of the model, beside the one that it was trained to differ little from.
        ModelFolderWriter.KeepTeacher(Model);
        Directory.Move(_folder.File("a/causal_transformer"), _folder.File("model/causal_transformer"));
        CheckpointConverter.Convert(Model, _folder.File("small"), new ConversionOptions { Base = "transformer", Rank = 2, Format = WeightFormat.Float32 });
        using ModelFolder model = ModelFolder.Open(Model), small = ModelFolder.Open(_folder.File("small"));
        using ParameterStore origin = model.LoadTransformerParameters(TransformerKind.Bidirectional, use: WeightUse.Training);
        using ParameterStore whole = model.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        using ParameterStore adapted = small.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        double learned = 0, lost = 0;
        foreach (string name in whole.Names)
        {
            learned += Distance(whole[name], origin[name]);
            lost += Distance(whole[name], adapted[name]);
        }
        Assert.True(learned > 0);
        Assert.True(lost < 1e-2 * learned, $"{lost} of {learned}");

        // And from there it goes on.
        Assert.True(Run("again", recipe.Replace(Start, _folder.File("small"), StringComparison.Ordinal), "c"));
    }

    [Fact]
    public void Weights_that_differ_by_more_are_refused_before_the_training()
    {
        RecipeException e = Assert.Throws<RecipeException>(() => Run("none", Recipe + "steps: 4\n", "x"));
        Assert.Contains("'low_rank'", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("x")));
    }

    private static double Distance(Tensor x, Tensor y) => x.Span.ToArray().Zip(y.Span.ToArray()).Sum(p => Math.Pow((double)p.First - p.Second, 2));

    private byte[] Weights(string folder) => File.ReadAllBytes(_folder.File($"{folder}/causal_transformer/diffusion_pytorch_model.safetensors"));

    private bool Run(string name, string recipe, string export, bool resume = false, int mostSteps = int.MaxValue)
    {
        TrainingJobOptions options = new()
        {
            Recipe = _folder.File(name + ".yaml", recipe),
            Output = _folder.File(name),
            Export = _folder.File(export),
            Resume = resume,
            MostSteps = mostSteps,
        };
        return TrainingJob.Distill(new Compute(_backend), options, CancellationToken.None);
    }
}
