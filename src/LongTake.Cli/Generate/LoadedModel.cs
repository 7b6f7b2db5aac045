using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Parameters;

namespace LongTake.Cli.Generate;

/// <summary>
/// The model of a run. Opening reads and checks the small files; <see cref="Load"/> the weights. The text encoder is loaded, used
/// and given back before generation begins.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly TransformerKind _kind;
    private readonly TransformerWeights? _weights;

    private LoadedModel(ModelFolder folder, TransformerKind kind, TransformerWeights? weights)
    {
        _folder = folder;
        _kind = kind;
        _weights = weights;
        Settings = folder.Settings(kind);
        Vae = folder.VaeConfig();
        TransformerConfig = folder.TransformerConfig(kind);
    }

    public string Path => _folder.Path;

    public TransformerSettings Settings { get; }

    public WanTransformerConfig TransformerConfig { get; }

    public WanVaeConfig Vae { get; }

    public WanTransformer? Transformer { get; private set; }

    public WanChunkDecoder? Decoder { get; private set; }

    public static LoadedModel Open(GenerateRequest request)
    {
        string path = ModelLocation.Find(request.Model);
        ModelFolder folder = ModelFolder.Open(path);
        try
        {
            TransformerWeights? weights = request.Weights is null && request.Lora is null
                ? null
                : new TransformerWeights { Path = request.Weights, LoraPath = request.Lora };
            if (weights?.Path is null && !folder.Transformers.Contains(request.Kind))
            {
                throw new CliException(request.Kind == TransformerKind.Causal
                    ? $"The model in '{path}' has no causal transformer, which streaming needs; "
                        + "give the weights of one with --weights (such as self_forcing_dmd.pt)."
                    : $"The model in '{path}' has no bidirectional transformer, which the preset {request.MethodName} needs; "
                        + "name a folder that has one with --model, or choose a preset for causal models (longtake presets).");
            }
            return new LoadedModel(folder, request.Kind, weights);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The model's sampler with the user's changes.</summary>
    /// <exception cref="UsageException">There is no sampler of that name.</exception>
    public SamplerOptions Sampler(GenerateRequest request)
    {
        string name = request.Sampler ?? Settings.Sampler;
        if (!TransformerSettings.Samplers.Contains(name))
        {
            throw new UsageException($"There is no sampler {name}; there are {string.Join(", ", TransformerSettings.Samplers)}.");
        }
        SamplerOptions own = SamplerOptions.From(Settings with { Sampler = name });
        if (own.Kind == SamplerKind.FewStep && request.Steps is not null)
        {
            throw new UsageException(
                "--steps does not go with the few-step sampler, whose steps come with the model; choose another --sampler.");
        }
        return own with
        {
            Shift = request.Shift ?? own.Shift,
            Steps = request.Steps ?? own.Steps,
            Guidance = request.Guidance ?? own.Guidance,
        };
    }

    /// <summary>Loads transformer and decoder.</summary>
    public void Load()
    {
        Transformer = _folder.LoadTransformer(_kind, _weights);
        Decoder = new WanChunkDecoder(_folder.LoadVae().Decoder);
    }

    /// <summary>Runs <paramref name="use"/> with the model's text encoder, which is given back afterwards.</summary>
    public T WithPromptEncoder<T>(Func<WanPromptEncoder, T> use)
    {
        WanTokenizer tokenizer = _folder.LoadTokenizer();
        using ParameterStore weights = _folder.LoadTextEncoderParameters();
        using Umt5Encoder encoder = new(_folder.TextEncoderConfig(), weights);
        return use(new WanPromptEncoder(tokenizer, encoder));
    }

    public void Dispose()
    {
        Decoder?.Dispose();
        _folder.Dispose();
    }
}
