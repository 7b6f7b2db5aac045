using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>Folders that hold a part of a model and name the one that has the rest.</summary>
public sealed class ModelBaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();

    private string Whole => Path.Combine(_folder, "whole");

    private string Part => Path.Combine(_folder, "runs", "part");

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Missing_parts_are_those_of_the_base_and_own_ones_come_first()
    {
        WritePart();
        using ModelFolder folder = ModelFolder.Open(Part);
        Assert.Equal(Whole, folder.Base);
        Assert.Equal([TransformerKind.Bidirectional, TransformerKind.Causal], folder.Transformers);
        Assert.Equal(_model.TextEncoder, folder.TextEncoderConfig());
        Assert.Equal(_model.Vae.DimMult, folder.VaeConfig().DimMult);
        Assert.Equal(12, folder.LoadTokenizer().MaxLength);
        using ParameterStore causal = folder.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        using ModelFolder origin = ModelFolder.Open(Whole);
        using ParameterStore other = origin.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        using ParameterStore same = origin.LoadTransformerParameters(TransformerKind.Bidirectional, use: WeightUse.Training);
        string name = causal.Names.First(n => n.EndsWith("ffn.0.weight", StringComparison.Ordinal));
        Assert.NotEqual(other[name].Span.ToArray(), causal[name].Span.ToArray());
        Assert.Equal(same[name].Span.ToArray(), causal[name].Span.ToArray());
        Assert.Null(origin.Base);
        ModelReport report = ModelInspector.Inspect(Part);
        Assert.True(report.IsUsable, report.ToText());
        Assert.Contains($"what it lacks from '{Whole}'", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_may_have_a_base_and_both_may_move_together()
    {
        WritePart();
        string third = Path.Combine(_folder, "runs", "third");
        ModelFolderWriter.WriteTransformer(third, TransformerKind.Causal, _model.Transformer, _model.CausalSettings, _model.CausalWeights);
        ModelFolderWriter.NameBase(third, Part);
        string moved = _folder + "-moved";
        Directory.Move(_folder, moved);
        try
        {
            using ModelFolder folder = ModelFolder.Open(Path.Combine(moved, "runs", "third"));
            Assert.NotNull(folder.LoadVae());
            Assert.NotNull(folder.LoadTextEncoder());
        }
        finally
        {
            Directory.Move(moved, _folder);
        }
    }

    [Fact]
    public void A_base_that_is_gone_or_goes_in_a_circle_is_named()
    {
        WritePart();
        ModelFolderWriter.NameBase(Whole, Part);
        Assert.Contains("without end", Refusal(() => ModelFolder.Open(Part)), StringComparison.Ordinal);
        ModelFolderWriter.NameBase(Whole, Whole);
        ModelFolder.Open(Part).Dispose();
        Directory.Delete(Whole, recursive: true);
        string message = Refusal(() => ModelFolder.Open(Part));
        Assert.Contains(Part, message, StringComparison.Ordinal);
        Assert.Contains(Whole, message, StringComparison.Ordinal);
        Assert.Contains("_longtake_base", message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Part, "model_index.json"), "{");
        Assert.Contains("model_index.json", Refusal(() => ModelFolder.Open(Part)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_is_named_where_parts_are_missing_and_the_origin_is_another_folder()
    {
        WritePart();
        string index = Path.Combine(Part, "model_index.json");
        File.Delete(index);
        ModelFolderWriter.WriteTransformer(Part, TransformerKind.Causal, _model.Transformer, _model.CausalSettings, _model.TransformerWeights);
        ModelFolderWriter.NameBaseIfNeeded(Part, Whole);
        using (ModelFolder folder = ModelFolder.Open(Part))
        {
            Assert.Equal(Whole, folder.Base);
        }

        // A training that writes into the model it began with keeps the base that this has.
        ModelFolderWriter.NameBaseIfNeeded(Part, Part);
        using (ModelFolder folder = ModelFolder.Open(Part))
        {
            Assert.Equal(Whole, folder.Base);
        }
        string other = Path.Combine(_folder, "other");
        _model.Write(other);
        ModelFolderWriter.NameBaseIfNeeded(other, Whole);
        using (ModelFolder folder = ModelFolder.Open(other))
        {
            Assert.Null(folder.Base);
        }
    }

    [Fact]
    public void A_converted_part_still_finds_the_rest()
    {
        WritePart();
        string target = Path.Combine(_folder, "deep", "er", "converted");
        ConversionReport report = CheckpointConverter.Convert(Part, target, new ConversionOptions());
        Assert.Equal(["causal_transformer"], report.Parts.Select(p => p.Name));
        Assert.False(Directory.Exists(Path.Combine(target, "vae")));
        using ModelFolder folder = ModelFolder.Open(target);
        Assert.Equal(Whole, folder.Base);
        Assert.NotNull(folder.LoadVae());
    }

    /// <summary>A whole model, and a folder whose causal transformer has the weights of the other's bidirectional one.</summary>
    private void WritePart()
    {
        _model.Write(Whole);
        ModelFolderWriter.WriteTransformer(Part, TransformerKind.Causal, _model.Transformer, _model.CausalSettings, _model.TransformerWeights);
        ModelFolderWriter.NameBase(Part, Whole);
    }

    private static string Refusal(Action action) => Assert.Throws<CheckpointException>(action).Message;
}
