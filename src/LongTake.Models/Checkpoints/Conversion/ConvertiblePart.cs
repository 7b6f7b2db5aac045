using LongTake.Models.Checkpoints.Adapted;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>A part of a model folder that is converted: which of its files it takes the place of, and under what name.</summary>
/// <param name="name">Name of the part.</param>
/// <param name="layout">How the model folder is laid out.</param>
/// <param name="paths">Where the part lies.</param>
/// <param name="open">Opens its tensors under original names.</param>
internal sealed class ConvertiblePart(string name, ModelLayout layout, PartPaths paths, Func<ITensorSource> open)
{
    private const string Safetensors = ".safetensors";
    private const string Index = ".safetensors.index.json";

    public string Name => name;

    /// <summary>The file that is written.</summary>
    public string File { get; } = FileOf(name, layout, paths.Weights);

    public ITensorSource Open() => open();

    /// <summary>Finds a part by name.</summary>
    /// <returns>Null if the folder lacks it.</returns>
    public static ConvertiblePart? Find(ModelPaths paths, ModelFolder model, string name)
    {
        foreach (TransformerKind kind in Enum.GetValues<TransformerKind>())
        {
            if (name == ModelPaths.FolderOf(kind))
            {
                return paths.Transformer(kind) is PartPaths transformer ? Make(transformer, () => TransformerCheckpoint.Open(transformer.Weights)) : null;
            }
        }
        return name == "vae"
            ? paths.Vae is PartPaths vae ? Make(vae, () => PartSources.OpenVae(vae.Weights, model.VaeConfig())) : null
            : paths.TextEncoder is PartPaths text ? Make(text, () => PartSources.OpenTextEncoder(text.Weights)) : null;

        ConvertiblePart Make(PartPaths part, Func<ITensorSource> open) => new(name, paths.Layout, part, open);
    }

    /// <summary>Whether a file of the model folder holds weights of this part, and is not copied therefore.</summary>
    public bool Replaces(string file)
    {
        string weights = paths.Weights;
        if (Directory.Exists(weights))
        {
            return Path.GetDirectoryName(file) == weights
                && (IsShard(file) || file.EndsWith(Index, StringComparison.Ordinal) || Path.GetFileName(file) == PeftConfig.FileName);
        }
        if (weights.EndsWith(Index, StringComparison.Ordinal))
        {
            string stem = weights[..^Index.Length];
            return file == weights || (file.StartsWith(stem, StringComparison.Ordinal) && IsShard(file));
        }
        return file == weights;
    }

    private static bool IsShard(string file) => file.EndsWith(Safetensors, StringComparison.Ordinal);

    private static string FileOf(string name, ModelLayout layout, string weights)
    {
        if (Directory.Exists(weights))
        {
            return Path.Combine(weights, name == "text_encoder" && layout == ModelLayout.Diffusers ? "model.safetensors" : "diffusion_pytorch_model.safetensors");
        }
        return weights.EndsWith(Index, StringComparison.Ordinal) ? weights[..^".index.json".Length] : Path.ChangeExtension(weights, Safetensors);
    }
}
