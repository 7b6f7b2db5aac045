using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Checkpoints;

public sealed class ModelInspectorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_complete_folder_is_described_and_usable()
    {
        _model.Write(_folder);
        ModelReport report = ModelInspector.Inspect(_folder);
        Assert.True(report.IsUsable, report.ToText());
        Assert.Equal("model folder in the diffusers layout", report.What);
        Assert.Equal(["transformer", "causal transformer", "vae", "text encoder", "tokenizer"], report.Parts.Select(p => p.Name));
        PartReport transformer = report.Parts[0];
        Assert.Equal(_model.TransformerWeights.ParameterCount, transformer.ParameterCount);
        Assert.Equal([DType.BF16], transformer.Types);
        Assert.Equal(2 * transformer.ParameterCount, transformer.StoredBytes);
        using ModelFolder folder = ModelFolder.Open(_folder);
        using LongTake.Tensors.Parameters.ParameterStore loaded = folder.LoadTransformerParameters(TransformerKind.Bidirectional);
        Assert.Equal(loaded.Bytes, transformer.InferenceBytes);
        Assert.Contains("width 16, 2 layers", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_damaged_parts_are_reported_side_by_side()
    {
        _model.Write(_folder);
        Directory.Delete(Path.Combine(_folder, "tokenizer"), recursive: true);
        File.WriteAllText(Path.Combine(_folder, "vae", "config.json"), "{}");
        File.WriteAllText(Path.Combine(_folder, "text_encoder", "model.safetensors"), "<!DOCTYPE html>");
        string causal = Path.Combine(_folder, "causal_transformer", "config.json");
        File.WriteAllText(causal, File.ReadAllText(causal).Replace("\"ffn_dim\": 32", "\"ffn_dim\": 48", StringComparison.Ordinal));
        ModelReport report = ModelInspector.Inspect(_folder);
        Assert.False(report.IsUsable);
        Assert.Equal("model folder in the diffusers layout, without tokenizer", report.What);
        Assert.Null(report.Parts[0].Problem);
        Assert.Contains("6 of another shape", report.Parts[1].Problem, StringComparison.Ordinal);
        Assert.Contains("not the configuration of a Wan autoencoder", report.Parts[2].Problem, StringComparison.Ordinal);
        Assert.NotNull(report.Parts[3].Problem);
        Assert.Contains("PROBLEM:", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Single_files_are_recognised_by_their_tensors()
    {
        _model.Write(_folder);
        (string File, PartKind Kind)[] cases =
        [
            ("transformer/diffusion_pytorch_model.safetensors", PartKind.Transformer),
            ("text_encoder/model.safetensors", PartKind.TextEncoder),
            ("vae/diffusion_pytorch_model.safetensors", PartKind.Vae),
            ("tokenizer/spiece.model", PartKind.Tokenizer),
        ];
        foreach ((string file, PartKind kind) in cases)
        {
            Assert.Equal(kind, ModelInspector.Inspect(Path.Combine(_folder, file)).Parts.Single().Kind);
        }
        ModelReport transformer = ModelInspector.Inspect(Path.Combine(_folder, cases[0].File));
        Assert.True(transformer.IsUsable, transformer.ToText());
        string other = Path.Combine(_folder, "other.safetensors");
        using Tensor t = Tensor.Zeros([2]);
        SafetensorsWriter.Write(other, new Dictionary<string, Tensor> { ["visual.proj"] = t });
        ModelReport unknown = ModelInspector.Inspect(other);
        Assert.Equal(PartKind.Unknown, unknown.Parts.Single().Kind);
        Assert.Contains("visual.proj", unknown.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Image_conditioned_transformers_are_named_as_such()
    {
        using TensorScope scope = TensorScope.Open();
        Dictionary<string, Tensor> tensors = _model.TransformerWeights.Names.ToDictionary(n => n, n => _model.TransformerWeights[n]);
        tensors["blocks.0.cross_attn.k_img.weight"] = Tensor.Zeros([16, 16]);
        string path = Path.Combine(_folder, "i2v.safetensors");
        SafetensorsWriter.Write(path, tensors);
        Assert.Contains("image-to-video", ModelInspector.Inspect(path).Parts.Single().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_beyond_any_model_are_reported_and_not_believed()
    {
        using TensorScope scope = TensorScope.Open();
        Dictionary<string, Tensor> tensors = _model.TransformerWeights.Names.ToDictionary(n => n, n => _model.TransformerWeights[n]);
        // No elements, so that so large a size costs nothing.
        tensors["patch_embedding.weight"] = Tensor.Empty([int.MaxValue - 1, 4, 0, 2, 2]);
        string path = Path.Combine(_folder, "large.safetensors");
        SafetensorsWriter.Write(path, tensors);
        Assert.Contains("beyond any model", ModelInspector.Inspect(path).Parts.Single().Problem, StringComparison.Ordinal);
        tensors["patch_embedding.weight"] = Tensor.Empty([int.MaxValue, 0, 1, 2, 2]);
        SafetensorsWriter.Write(path, tensors);
        Assert.Contains("sizes are unknown", ModelInspector.Inspect(path).Parts.Single().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_model_is_refused()
    {
        Assert.Contains(
            "no file or folder",
            Assert.Throws<CheckpointException>(() => ModelInspector.Inspect(Path.Combine(_folder, "x"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("holds no model", Assert.Throws<CheckpointException>(() => ModelInspector.Inspect(_folder)).Message, StringComparison.Ordinal);
        string text = Path.Combine(_folder, "notes.txt");
        File.WriteAllText(text, "hello, this is no checkpoint");
        Assert.Contains("is no checkpoint", Assert.Throws<CheckpointException>(() => ModelInspector.Inspect(text)).Message, StringComparison.Ordinal);
    }

    [GoldenFact]
    [Trait("Category", "Golden")]
    public void Networks_inside_a_few_step_checkpoint_are_listed()
    {
        ModelReport fsdp = ModelInspector.Inspect(GoldenFixture.PathOf("checkpoints", "generator_fsdp.pt"));
        Assert.Equal(["generator", "critic"], fsdp.Parts.Select(p => p.Name));
        Assert.All(fsdp.Parts, p => Assert.Equal(PartKind.Transformer, p.Kind));
        Assert.All(fsdp.Parts, p => Assert.Contains("sizes are unknown", p.Problem, StringComparison.Ordinal));
        ModelReport lora = ModelInspector.Inspect(GoldenFixture.PathOf("checkpoints", "lora.pt"));
        Assert.Equal("adapter (LoRA) of 4 layers, rank 4", lora.Parts.Single().Summary);
        Assert.True(lora.IsUsable, lora.ToText());
    }
}
