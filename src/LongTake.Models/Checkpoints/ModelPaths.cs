using System.Text.Json;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>How a model folder is laid out.</summary>
public enum ModelLayout
{
    /// <summary>The original Wan repositories: the transformer at the top, the other parts as <c>.pth</c> files beside it.</summary>
    Original,

    /// <summary>A folder for each part, as diffusers has it.</summary>
    Diffusers,
}

/// <summary>Where one part of a model lies.</summary>
/// <param name="Weights">File, index or folder of the weights.</param>
/// <param name="Config">Its <c>config.json</c>, if it has one.</param>
internal sealed record PartPaths(string Weights, string? Config);

/// <summary>Finds the parts of a model in its folder.</summary>
internal sealed class ModelPaths
{
    /// <summary>The entry of <c>model_index.json</c> that names the model whose parts stand in for those that the folder lacks.</summary>
    public const string BaseKey = "_longtake_base";

    public const string IndexName = "model_index.json";

    // A model that was trained from one that was trained from one: more than anybody has, and a circle ends.
    private const int MostBases = 8;

    private ModelPaths(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>The folder that stands in for missing parts; null for none.</summary>
    public string? Base { get; private init; }

    public ModelLayout Layout { get; private init; }

    public PartPaths? Bidirectional { get; private init; }

    public PartPaths? Causal { get; private init; }

    public PartPaths? CausalTeacher { get; private init; }

    public PartPaths? Vae { get; private init; }

    public PartPaths? TextEncoder { get; private init; }

    public string? Tokenizer { get; private init; }

    public string? Scheduler { get; private init; }

    public PartPaths? Transformer(TransformerKind kind) => kind switch
    {
        TransformerKind.Causal => Causal,
        TransformerKind.CausalTeacher => CausalTeacher,
        _ => Bidirectional,
    };

    /// <summary>The folder of a transformer in the layout with a folder for each part.</summary>
    public static string FolderOf(TransformerKind kind) => kind switch
    {
        TransformerKind.Causal => "causal_transformer",
        TransformerKind.CausalTeacher => "causal_teacher",
        _ => "transformer",
    };

    /// <summary>Looks into a folder, and where it lacks a part into the model that it names as its base.</summary>
    /// <exception cref="CheckpointException">It is no folder, or no part of a model is in it; or its base is none.</exception>
    public static ModelPaths Find(string folder)
    {
        ModelPaths paths = Own(folder);
        string from = folder;
        string? next = paths.Base;
        for (int i = 0; next is not null; i++)
        {
            if (i == MostBases || !Directory.Exists(next))
            {
                throw new CheckpointException(
                    $"The model in '{from}' takes the parts that it lacks from '{next}', as {BaseKey} in its {IndexName} says, "
                    + (i == MostBases ? "and so on without end." : "and there is no such folder. Name the model that it was trained from there."));
            }
            ModelPaths origin = Own(next);
            paths = paths.CompletedBy(origin);
            (from, next) = (next, origin.Base);
        }
        return paths;
    }

    /// <summary>Looks into a folder alone.</summary>
    /// <inheritdoc cref="Find"/>
    public static ModelPaths Own(string folder)
    {
        if (File.Exists(folder))
        {
            throw new CheckpointException($"'{folder}' is a file; a model is a folder with transformer, autoencoder, text encoder and tokenizer.");
        }
        if (!Directory.Exists(folder))
        {
            throw new CheckpointException($"There is no folder '{folder}'.");
        }
        ModelPaths paths = IsDiffusers(folder) ? Diffusers(folder) : Original(folder);
        if (paths.Bidirectional is null && paths.Causal is null && paths.Vae is null && paths.TextEncoder is null && paths.Tokenizer is null)
        {
            throw new CheckpointException(
                $"'{folder}' holds no model: there is neither a model_index.json with a folder for each part nor a config.json with the files of a Wan repository.");
        }
        return paths;
    }

    private ModelPaths CompletedBy(ModelPaths origin) => new(Folder)
    {
        Layout = Layout,
        Base = Base,
        Bidirectional = Bidirectional ?? origin.Bidirectional,
        Causal = Causal ?? origin.Causal,
        CausalTeacher = CausalTeacher ?? origin.CausalTeacher,
        Vae = Vae ?? origin.Vae,
        TextEncoder = TextEncoder ?? origin.TextEncoder,
        Tokenizer = Tokenizer ?? origin.Tokenizer,
        Scheduler = Scheduler ?? origin.Scheduler,
    };

    /// <summary>Full path of the base that an index names.</summary>
    private static string? BaseOf(string folder)
    {
        string index = Path.Combine(folder, IndexName);
        if (!File.Exists(index))
        {
            return null;
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(index));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(BaseKey, out JsonElement named)
                && named.ValueKind == JsonValueKind.String
                && named.GetString() is { Length: > 0 } path
                    ? Path.GetFullPath(Path.Combine(folder, path))
                    : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CheckpointException($"'{index}' cannot be read: {e.Message}", e);
        }
    }

    private static bool IsDiffusers(string folder) =>
        File.Exists(Path.Combine(folder, IndexName))
        || ((string[])["transformer", "causal_transformer", "vae", "text_encoder"]).Any(p => Directory.Exists(Path.Combine(folder, p)));

    private static ModelPaths Diffusers(string folder) => new(folder)
    {
        Layout = ModelLayout.Diffusers,
        Base = BaseOf(folder),
        Bidirectional = Part(folder, FolderOf(TransformerKind.Bidirectional)),
        Causal = Part(folder, FolderOf(TransformerKind.Causal)),
        CausalTeacher = Part(folder, FolderOf(TransformerKind.CausalTeacher)),
        Vae = Part(folder, "vae"),
        TextEncoder = Part(folder, "text_encoder"),
        Tokenizer = Existing(folder, "tokenizer/spiece.model", "tokenizer/tokenizer.model"),
        Scheduler = Existing(folder, "scheduler/scheduler_config.json"),
    };

    private static ModelPaths Original(string folder)
    {
        string? transformer = Matching(folder, "diffusion_pytorch_model*.safetensors.index.json") ?? Matching(folder, "diffusion_pytorch_model*.safetensors");
        string? config = Existing(folder, "config.json");
        string? vae = Matching(folder, "*VAE*.pth") ?? Matching(folder, "*VAE*.safetensors");
        string? text = Matching(folder, "models_t5*.pth") ?? Matching(folder, "models_t5*.safetensors");
        return new ModelPaths(folder)
        {
            Layout = ModelLayout.Original,
            Bidirectional = transformer is not null || config is not null ? new PartPaths(transformer ?? folder, config) : null,
            Vae = vae is null ? null : new PartPaths(vae, null),
            TextEncoder = text is null ? null : new PartPaths(text, null),
            Tokenizer = Existing(folder, "google/umt5-xxl/spiece.model", "tokenizer/spiece.model", "spiece.model"),
        };
    }

    private static PartPaths? Part(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return Directory.Exists(path) ? new PartPaths(WeightsIn(path), Existing(path, "config.json")) : null;
    }

    /// <summary>The safetensors of a folder, or a single PyTorch file where it has none.</summary>
    private static string WeightsIn(string folder)
    {
        if (Directory.EnumerateFiles(folder, "*.safetensors").Any())
        {
            return folder;
        }
        string[] others = [.. Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".bin" or ".pt" or ".pth")];
        return others.Length == 1 ? others[0] : folder;
    }

    private static string? Existing(string folder, params string[] names) => names.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists);

    private static string? Matching(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault();
}
