using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

public sealed class ModelFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_written_folder_gives_back_configurations_settings_and_weights()
    {
        _model.Write(_folder);
        using ModelFolder folder = ModelFolder.Open(_folder);
        Assert.Equal(ModelLayout.Diffusers, folder.Layout);
        Assert.Equal([TransformerKind.Bidirectional, TransformerKind.Causal], folder.Transformers);
        Assert.Equal(_model.Transformer, folder.TransformerConfig(TransformerKind.Causal));
        Assert.Equal(_model.TextEncoder, folder.TextEncoderConfig());
        WanVaeConfig vae = folder.VaeConfig();
        Assert.Equal(_model.Vae.DimMult, vae.DimMult);
        Assert.Equal(_model.Vae.LatentsStd, vae.LatentsStd);
        TransformerSettings settings = folder.Settings(TransformerKind.Causal);
        Assert.Equal(_model.CausalSettings with { StepList = settings.StepList }, settings);
        Assert.Equal(_model.CausalSettings.StepList, settings.StepList);

        using ParameterStore causal = folder.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        AssertRounded(_model.CausalWeights, causal);
        using ParameterStore bidirectional = folder.LoadTransformerParameters(TransformerKind.Bidirectional);
        AssertRounded(_model.TransformerWeights, bidirectional);
        using ParameterStore text = folder.LoadTextEncoderParameters();
        AssertRounded(_model.TextWeights, text);
        using ParameterStore autoencoder = folder.LoadVaeParameters();
        AssertRounded(_model.VaeWeights, autoencoder);
        Assert.Equal(12, folder.LoadTokenizer().MaxLength);
        Assert.Empty(Directory.GetFiles(_folder, "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void Loaded_networks_run_and_are_freed_with_the_folder()
    {
        _model.Write(_folder);
        ParameterStore weights;
        using (ModelFolder folder = ModelFolder.Open(_folder))
        {
            Compute compute = new(new ReferenceBackend());
            using TensorScope scope = TensorScope.Open();
            int[] ids = folder.LoadTokenizer().Encode("red circle.");
            Tensor features = folder.LoadTextEncoder().Encode(compute, [ids]);
            WanTransformer network = folder.LoadTransformer(TransformerKind.Bidirectional);
            weights = network.Parameters;
            Assert.NotEmpty(weights.Names);
            using TextContext text = network.PrepareText(compute, features);
            TokenGrid grid = _model.Transformer.GridOf(2, 4, 4);
            using FullAttention attention = new(network.Rotary, grid);
            Tensor velocity = network.Forward(compute, Tensor.Zeros([1, 4, 2, 4, 4]), Tensor.From([500f], [1]), text, attention);
            Tensor frames = folder.LoadVae().Decode(compute, velocity);
            Assert.Equal([1, 3, 3, 8, 8], frames.Shape.ToArray());
            Assert.DoesNotContain(frames.Span.ToArray(), v => !float.IsFinite(v));
        }
        Assert.Empty(weights.Names);
    }

    [Fact]
    public void Diffusers_names_are_accepted_everywhere()
    {
        _model.Write(_folder);
        Rewrite("transformer/diffusion_pytorch_model.safetensors", n => WanKeyMap.ToDiffusers(n)!);
        Rewrite("causal_transformer/diffusion_pytorch_model.safetensors", n => "model." + n);
        Rewrite("vae/diffusion_pytorch_model.safetensors", n => VaeKeyMap.ToDiffusers(n, _model.Vae)!);
        Rewrite("text_encoder/model.safetensors", n => Umt5KeyMap.ToTransformers(n)!);
        using ModelFolder folder = ModelFolder.Open(_folder);
        using ParameterStore transformer = folder.LoadTransformerParameters(TransformerKind.Bidirectional);
        AssertRounded(_model.TransformerWeights, transformer);
        using ParameterStore causal = folder.LoadTransformerParameters(TransformerKind.Causal);
        AssertRounded(_model.CausalWeights, causal);
        using ParameterStore vae = folder.LoadVaeParameters();
        AssertRounded(_model.VaeWeights, vae);
        using ParameterStore text = folder.LoadTextEncoderParameters();
        AssertRounded(_model.TextWeights, text);
    }

    [Fact]
    public void The_original_layout_is_read_and_other_weights_can_be_given()
    {
        _model.Write(Path.Combine(_folder, "parts"));
        string original = Path.Combine(_folder, "wan");
        Directory.CreateDirectory(Path.Combine(original, "google/umt5-xxl"));
        Move("transformer/config.json", "config.json");
        Move("transformer/diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.safetensors");
        Move("text_encoder/model.safetensors", "models_t5_umt5-xxl-enc-bf16.pth");
        Move("tokenizer/spiece.model", "google/umt5-xxl/spiece.model");
        Move("vae/diffusion_pytorch_model.safetensors", "Wan2.1_VAE.pth");
        using ModelFolder folder = ModelFolder.Open(original);
        Assert.Equal(ModelLayout.Original, folder.Layout);
        Assert.Equal([TransformerKind.Bidirectional], folder.Transformers);
        using ParameterStore transformer = folder.LoadTransformerParameters(TransformerKind.Bidirectional);
        AssertRounded(_model.TransformerWeights, transformer);
        Assert.Equal(_model.TextEncoder.LayerCount, folder.TextEncoderConfig().LayerCount);
        using ParameterStore text = folder.LoadTextEncoderParameters();
        AssertRounded(_model.TextWeights, text);
        Assert.Equal(12, folder.LoadTokenizer().MaxLength);

        // The published autoencoder comes without a configuration, so that other sizes cannot be meant.
        Assert.Contains("of another shape", Refusal(() => folder.LoadVaeParameters()), StringComparison.Ordinal);
        Assert.Contains("give the weights of one", Refusal(() => folder.LoadTransformerParameters(TransformerKind.Causal)), StringComparison.Ordinal);
        using ParameterStore causal = folder.LoadTransformerParameters(
            TransformerKind.Causal, new TransformerWeights { Path = Path.Combine(_folder, "parts/causal_transformer") });
        AssertRounded(_model.CausalWeights, causal);
        Assert.Equal("few-step", folder.Settings(TransformerKind.Causal).Sampler);

        void Move(string from, string to) => File.Move(Path.Combine(_folder, "parts", from), Path.Combine(original, to));
    }

    [Fact]
    public void An_adapter_is_merged_while_loading()
    {
        _model.Write(_folder);
        string lora = Path.Combine(_folder, "lora.safetensors");
        using Tensor a = Tensor.From(Enumerable.Repeat(1f, 16).ToArray(), [1, 16]);
        using Tensor b = Tensor.From(Enumerable.Repeat(2f, 16).ToArray(), [16, 1]);
        SafetensorsWriter.Write(lora, new Dictionary<string, Tensor>
        {
            ["base_model.model.blocks.1.cross_attn.v.lora_A.weight"] = a,
            ["base_model.model.blocks.1.cross_attn.v.lora_B.weight"] = b,
        });
        using ModelFolder folder = ModelFolder.Open(_folder);
        using ParameterStore plain = folder.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        using ParameterStore merged = folder.LoadTransformerParameters(
            TransformerKind.Causal, new TransformerWeights { LoraPath = lora, LoraStrength = 0.5f }, WeightUse.Training);
        Assert.Equal(plain["blocks.1.cross_attn.v.weight"].Span[7] + 1, merged["blocks.1.cross_attn.v.weight"].Span[7], 0.01f);
        Assert.Equal(plain["blocks.0.cross_attn.v.weight"].Span[7], merged["blocks.0.cross_attn.v.weight"].Span[7]);
    }

    [Fact]
    public void The_shift_of_a_diffusers_scheduler_is_used()
    {
        _model.Write(_folder);
        string config = Path.Combine(_folder, "transformer", "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"timestep_shift\"", "\"other\"", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Combine(_folder, "scheduler"));
        File.WriteAllText(Path.Combine(_folder, "scheduler", "scheduler_config.json"), """{"_class_name": "UniPCMultistepScheduler", "flow_shift": 3.0}""");
        using ModelFolder folder = ModelFolder.Open(_folder);
        Assert.Equal(3, folder.Settings(TransformerKind.Bidirectional).Shift);
    }

    [Fact]
    public void What_is_missing_or_damaged_is_named()
    {
        Assert.Contains("There is no folder", Refusal(() => ModelFolder.Open(Path.Combine(_folder, "nowhere"))), StringComparison.Ordinal);
        Assert.Contains("holds no model", Refusal(() => ModelFolder.Open(_folder)), StringComparison.Ordinal);
        _model.Write(_folder);
        Assert.Contains("is a file", Refusal(() => ModelFolder.Open(Path.Combine(_folder, "model_index.json"))), StringComparison.Ordinal);
        using ModelFolder folder = ModelFolder.Open(_folder);

        string weights = Path.Combine(_folder, "vae", "diffusion_pytorch_model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        File.WriteAllBytes(weights, bytes[..^100]);
        Assert.Contains("is the file cut off?", Refusal(() => folder.LoadVae()), StringComparison.Ordinal);
        File.Delete(weights);
        Assert.Contains("holds no .safetensors", Refusal(() => folder.LoadVae()), StringComparison.Ordinal);

        string causal = Path.Combine(_folder, "causal_transformer", "config.json");
        string json = File.ReadAllText(causal);
        File.WriteAllText(causal, json.Replace("\"num_layers\": 2", "\"num_layers\": 3", StringComparison.Ordinal));
        Assert.Contains("27 missing (blocks.2.", Refusal(() => folder.LoadTransformer(TransformerKind.Causal)), StringComparison.Ordinal);
        File.WriteAllText(causal, json.Replace("\"sink_size\": 1", "\"sink_size\": \"one\"", StringComparison.Ordinal));
        Assert.Contains("'sink_size' is \"one\"", Refusal(() => folder.Settings(TransformerKind.Causal)), StringComparison.Ordinal);
        File.WriteAllText(causal, json.Replace("\"sink_size\": 1", "\"sink_size\": 9", StringComparison.Ordinal));
        Assert.Contains("sink_size is 9; it must be", Refusal(() => folder.Settings(TransformerKind.Causal)), StringComparison.Ordinal);
        File.WriteAllText(causal, "[]");
        Assert.Contains("not a JSON object", Refusal(() => folder.Settings(TransformerKind.Causal)), StringComparison.Ordinal);

        Directory.Delete(Path.Combine(_folder, "tokenizer"), recursive: true);
        using ModelFolder without = ModelFolder.Open(_folder);
        Assert.Contains("no tokenizer (tokenizer/spiece.model)", Refusal(() => without.LoadTokenizer()), StringComparison.Ordinal);
    }

    private static string Refusal(Action action) => Assert.Throws<CheckpointException>(action).Message;

    private void Rewrite(string file, Func<string, string> rename)
    {
        string path = Path.Combine(_folder, file);
        using RenamedSource source = new(SafetensorsFile.Open(path), rename);
        SafetensorsWriter.Write(path, source);
    }

    private static void AssertRounded(ParameterStore expected, ParameterStore actual)
    {
        Assert.Equal(expected.Names, actual.Names);
        foreach (string name in expected.Names)
        {
            using Tensor single = TensorConversion.To(actual[name], DType.F32);
            Assert.Equal(expected[name].Span.ToArray().Select(v => (float)(BFloat16)v), single.Span.ToArray());
        }
    }
}
