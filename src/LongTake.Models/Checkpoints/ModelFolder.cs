using System.Text.Json;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// A model on disk: an original Wan repository, a diffusers folder, or one that <see cref="ModelFolderWriter"/> wrote. Opening reads the
/// small configuration files only; each part is loaded when it is asked for, and checked before its data is read.
/// Networks loaded here and their weights belong to the folder and are freed with it.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    private const string VaeName = "autoencoder (vae/, or Wan2.1_VAE.pth)";

    private readonly ModelPaths _paths;
    private readonly Stack<IDisposable> _owned = [];

    private ModelFolder(ModelPaths paths) => _paths = paths;

    /// <summary>The folder.</summary>
    public string Path => _paths.Folder;

    /// <summary>
    /// Full path of the model whose parts stand in for those that the folder lacks; null for none. An aligned model names the one that it was
    /// aligned from (<see cref="ModelFolderWriter.NameBase"/>).
    /// </summary>
    public string? Base => _paths.Base;

    /// <summary>How it is laid out.</summary>
    public ModelLayout Layout => _paths.Layout;

    /// <summary>The kinds of transformer whose weights are in the folder.</summary>
    public IReadOnlyList<TransformerKind> Transformers =>
        [.. Enum.GetValues<TransformerKind>().Where(k => _paths.Transformer(k) is not null)];

    /// <summary>Opens a folder.</summary>
    /// <exception cref="CheckpointException">There is no such folder, or no model in it; or its base is missing.</exception>
    public static ModelFolder Open(string path) => new(ModelPaths.Find(path));

    /// <summary>Sizes of a transformer. A kind that the folder lacks has the sizes of the other one.</summary>
    /// <exception cref="CheckpointException">There is no transformer, or its configuration is missing or unusable.</exception>
    public WanTransformerConfig TransformerConfig(TransformerKind kind)
    {
        string path = TransformerConfigPath(kind);
        return SizeLimits.Check(WanTransformerConfig.Load(path), $"'{path}'");
    }

    /// <summary>How a transformer wants to be run. A kind that the folder lacks has the published settings of that kind.</summary>
    /// <exception cref="CheckpointException">The configuration is unusable.</exception>
    public TransformerSettings Settings(TransformerKind kind)
    {
        TransformerSettings defaults = TransformerSettings.DefaultsFor(kind);
        if (kind == TransformerKind.Bidirectional && _paths.Scheduler is string scheduler)
        {
            using JsonDocument document = ReadJson(scheduler);
            defaults = document.RootElement.TryGetProperty("flow_shift", out JsonElement shift) && shift.ValueKind == JsonValueKind.Number
                ? defaults with { Shift = shift.GetDouble() }
                : defaults;
        }
        if (_paths.Transformer(kind)?.Config is not string path)
        {
            return defaults;
        }
        using JsonDocument config = ReadJson(path);
        return TransformerSettings.Parse(config.RootElement, defaults, $"'{path}'");
    }

    /// <summary>Sizes of the autoencoder; those of Wan 2.1 where the folder holds its weights without a configuration.</summary>
    /// <exception cref="CheckpointException">There is no autoencoder, or its configuration is unusable.</exception>
    public WanVaeConfig VaeConfig() => Need(_paths.Vae, VaeName).Config is string path
        ? SizeLimits.Check(WanVaeConfig.Load(path), $"'{path}'")
        : WanVaeConfig.Wan21;

    /// <summary>File or folder of the autoencoder's weights.</summary>
    /// <exception cref="CheckpointException">There is no autoencoder.</exception>
    public string VaeWeights => Need(_paths.Vae, VaeName).Weights;

    /// <summary>Sizes of the text encoder; read off the weights where there is no configuration.</summary>
    /// <exception cref="CheckpointException">There is no text encoder, or its configuration is unusable.</exception>
    public Umt5Config TextEncoderConfig()
    {
        PartPaths part = TextEncoderPaths();
        if (part.Config is string path)
        {
            return SizeLimits.Check(Umt5Config.Load(path), $"'{path}'");
        }
        using ITensorSource source = PartSources.OpenTextEncoder(part.Weights);
        return SizeLimits.Check(Umt5Config.FromTensors(source.Tensors, $"'{part.Weights}'"), $"'{part.Weights}'");
    }

    /// <summary>Loads a transformer; it lives as long as the folder.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="weights">Other weights than the folder's; needed for a kind that it lacks.</param>
    /// <param name="use">What for.</param>
    /// <exception cref="CheckpointException">Weights are missing or do not fit: everything that is wrong in one message.</exception>
    public WanTransformer LoadTransformer(TransformerKind kind, TransformerWeights? weights = null, WeightUse use = WeightUse.Inference) =>
        Own(new WanTransformer(TransformerConfig(kind), Own(LoadTransformerParameters(kind, weights, use))));

    /// <summary>Loads the autoencoder; it lives as long as the folder.</summary>
    /// <exception cref="CheckpointException">It is missing or does not fit its configuration.</exception>
    public WanVae LoadVae(WeightUse use = WeightUse.Inference) => Own(new WanVae(VaeConfig(), Own(LoadVaeParameters(use))));

    /// <summary>Loads the text encoder; it lives as long as the folder.</summary>
    /// <exception cref="CheckpointException">It is missing or does not fit its configuration.</exception>
    public Umt5Encoder LoadTextEncoder(WeightUse use = WeightUse.Inference) =>
        Own(new Umt5Encoder(TextEncoderConfig(), Own(LoadTextEncoderParameters(use))));

    /// <summary>Loads the tokenizer, with the text length of the folder's transformer.</summary>
    /// <exception cref="CheckpointException">It is missing or damaged.</exception>
    public WanTokenizer LoadTokenizer()
    {
        string path = _paths.Tokenizer ?? throw Lacks(
            $"tokenizer ({(Layout == ModelLayout.Diffusers ? "tokenizer/spiece.model" : "google/umt5-xxl/spiece.model")})");
        TransformerKind? kind = Transformers.Count > 0 ? Transformers[0] : null;
        return WanTokenizer.Load(path, kind is TransformerKind k ? TransformerConfig(k).TextLength : WanTokenizer.DefaultMaxLength);
    }

    /// <summary>Loads the parameters of a transformer for the caller, who disposes them.</summary>
    /// <inheritdoc cref="LoadTransformer"/>
    public ParameterStore LoadTransformerParameters(TransformerKind kind, TransformerWeights? weights = null, WeightUse use = WeightUse.Inference)
    {
        WanTransformerConfig config = TransformerConfig(kind);
        string path = weights?.Path ?? _paths.Transformer(kind)?.Weights ?? throw Lacks(kind switch
        {
            TransformerKind.Causal => "causal transformer (causal_transformer/); give the weights of one, e.g. self_forcing_dmd.pt",
            TransformerKind.CausalTeacher => "multi-step causal transformer (causal_teacher/); give the weights of one",
            _ => "bidirectional transformer (transformer/, or diffusion_pytorch_model.safetensors); give the weights of one",
        });
        using ITensorSource source = OpenTransformer(path, weights);
        return WeightLoader.Load(source, WanTransformer.Specs(config), $"the transformer of '{Path}' (from '{path}')", use);
    }

    /// <summary>Loads the parameters of the autoencoder for the caller, who disposes them.</summary>
    /// <inheritdoc cref="LoadVae"/>
    public ParameterStore LoadVaeParameters(WeightUse use = WeightUse.Inference)
    {
        WanVaeConfig config = VaeConfig();
        using ITensorSource source = PartSources.OpenVae(_paths.Vae!.Weights, config);
        return WeightLoader.Load(source, WanVae.Specs(config), $"the autoencoder of '{Path}' (from '{_paths.Vae.Weights}')", use);
    }

    /// <summary>Loads the parameters of the text encoder for the caller, who disposes them.</summary>
    /// <inheritdoc cref="LoadTextEncoder"/>
    public ParameterStore LoadTextEncoderParameters(WeightUse use = WeightUse.Inference)
    {
        Umt5Config config = TextEncoderConfig();
        string path = TextEncoderPaths().Weights;
        using ITensorSource source = PartSources.OpenTextEncoder(path);
        return WeightLoader.Load(source, Umt5Encoder.Specs(config), $"the text encoder of '{Path}' (from '{path}')", use);
    }

    /// <summary>Frees all networks and weights that were loaded for the folder, the last one first.</summary>
    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? owned))
        {
            owned.Dispose();
        }
    }

    private static ITensorSource OpenTransformer(string path, TransformerWeights? weights)
    {
        ITensorSource source = TransformerCheckpoint.Open(path, weights?.Entry);
        if (weights?.LoraPath is not string lora)
        {
            return source;
        }
        LoraAdapter? adapter = null;
        try
        {
            adapter = LoraAdapter.Open(lora, weights.LoraEntry);
            return new LoraSource(source, adapter, weights.LoraStrength, weights.LoraAlpha);
        }
        catch
        {
            adapter?.Dispose();
            source.Dispose();
            throw;
        }
    }

    private static JsonDocument ReadJson(string path)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new CheckpointException($"'{path}' is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException || (e is IOException and not CheckpointException))
        {
            throw new CheckpointException($"The configuration '{path}' cannot be read: {e.Message}", e);
        }
    }

    private string TransformerConfigPath(TransformerKind kind)
    {
        PartPaths part = _paths.Transformer(kind) ?? _paths.Bidirectional ?? _paths.Causal ?? _paths.CausalTeacher ?? throw Lacks("transformer");
        return part.Config ?? throw new CheckpointException($"The model in '{Path}' has transformer weights without their config.json ({part.Weights}).");
    }

    private PartPaths TextEncoderPaths() => Need(_paths.TextEncoder, "text encoder (text_encoder/, or models_t5_umt5-xxl-enc-bf16.pth)");

    private PartPaths Need(PartPaths? part, string name) => part ?? throw Lacks(name);

    private CheckpointException Lacks(string what) => new($"The model in '{Path}' has no {what}.");

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}
