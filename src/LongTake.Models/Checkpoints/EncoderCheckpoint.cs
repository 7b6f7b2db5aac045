using System.Text.Json;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Loads the parameters of DINO and CLIP from any of the files they come in: DINO's own, OpenAI's (a TorchScript archive or a state dict),
/// OpenCLIP's and what is trained from it (HPSv2), DreamSim's, or a folder of transformers. Everything is checked before data is read.
/// </summary>
public static class EncoderCheckpoint
{
    private static readonly VisionTransformerConfig[] s_published =
    [
        VisionTransformerConfig.ClipBase32, VisionTransformerConfig.ClipBase16, VisionTransformerConfig.ClipLarge14,
        VisionTransformerConfig.OpenClipHuge14,
    ];

    /// <summary>Loads a vision transformer's parameters for the caller, who disposes them.</summary>
    /// <param name="path">File or folder.</param>
    /// <param name="config">Which network it must be.</param>
    /// <param name="adapter">A low-rank adapter that is merged into it; null for none.</param>
    /// <exception cref="CheckpointException">It is unreadable, another network, or tensors are missing, unexpected or misshaped.</exception>
    public static ParameterStore LoadVision(string path, VisionTransformerConfig config, VisionAdapter? adapter = null)
    {
        bool isClip = config.IsClip;
        ITensorSource source = Open(path, isClip ? ClipKeyMap.Normalize : DinoKeyMap.Normalize, isClip ? ClipKeyMap.IsImage : _ => true);
        try
        {
            CheckPatches(source, path, config, isClip ? "visual.conv1.weight" : "patch_embed.proj.weight");
            if (isClip)
            {
                CheckActivation(path, config.Activation);
            }
            source = adapter?.Merge(source, config) ?? source;
            return WeightLoader.Load(source, VisionTransformer.Specs(config), $"{config.Name} (from '{path}')");
        }
        finally
        {
            source.Dispose();
        }
    }

    /// <summary>Loads the parameters of a text tower for the caller, who disposes them.</summary>
    /// <param name="path">File or folder.</param>
    /// <param name="config">Which network it must be.</param>
    /// <exception cref="CheckpointException">It is unreadable, another network, or tensors are missing, unexpected or misshaped.</exception>
    public static ParameterStore LoadClipText(string path, ClipTextConfig config)
    {
        using ITensorSource source = Open(path, ClipKeyMap.Normalize, name => !ClipKeyMap.IsImage(name));
        TensorInfo embedding = source.Tensors.FirstOrDefault(t => t.Name == "token_embedding.weight") ?? throw new CheckpointException(
            $"'{path}' holds no text tower of CLIP: it has no tensor 'token_embedding.weight' (in transformers 'text_model.embeddings.token_embedding.weight'). " +
            $"Needed is the whole of {config.Name}.");
        if (embedding.Shape.Rank == 2 && embedding.Shape[1] != config.Width)
        {
            throw new CheckpointException(
                $"'{path}' holds a text tower of width {embedding.Shape[1]}, and that of {config.Name} has {config.Width}; take the weights of {config.Name}.");
        }
        CheckActivation(path, config.Activation);
        return WeightLoader.Load(source, ClipTextEncoder.Specs(config), $"the text tower of {config.Name} (from '{path}')");
    }

    /// <summary>The published CLIP whose patch embedding has a shape; null if there is none. OpenCLIP has models of the same shapes as OpenAI.</summary>
    internal static VisionTransformerConfig? PublishedClip(Shape patches) =>
        s_published.FirstOrDefault(c => patches == Shape.Create([c.Width, 3, c.PatchSize, c.PatchSize]));

    private static ITensorSource Open(string path, Func<ITensorSource, ITensorSource> normalize, Func<string, bool> isWanted) =>
        StateDictionary.Open(path, source => new RenamedSource(normalize(source), name => isWanted(name) ? name : null));

    /// <summary>The patch embedding tells which network it is; a list of misshaped tensors would not.</summary>
    private static void CheckPatches(ITensorSource source, string path, VisionTransformerConfig config, string name)
    {
        TensorInfo patches = source.Tensors.FirstOrDefault(t => t.Name == name) ?? throw new CheckpointException(
            $"'{path}' holds no {(config.IsClip ? "image tower of CLIP" : "vision transformer of DINO")}: it has no tensor '{name}' " +
            $"(nor the one that transformers calls so). Needed is {config.Name}.");
        Shape wanted = [config.Width, 3, config.PatchSize, config.PatchSize];
        if (patches.Shape.Rank != 4 || patches.Shape == wanted)
        {
            return;
        }
        VisionTransformerConfig? known = config.IsClip
            ? PublishedClip(patches.Shape)
            : null;
        string found = known?.Name ?? $"a vision transformer of width {patches.Shape[0]} with patches of {patches.Shape[3]} pixels";
        throw new CheckpointException(
            $"'{path}' holds {found}, and {config.Name} has width {config.Width} and patches of {config.PatchSize} pixels; take the weights of {config.Name}.");
    }

    /// <summary>CLIP models of others have the same shapes and another activation; transformers notes it beside the weights.</summary>
    private static void CheckActivation(string path, UnaryFunction needed)
    {
        string wanted = needed == UnaryFunction.QuickGelu ? "quick_gelu" : "gelu";
        string? folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path);
        string config = Path.Combine(folder ?? "", "config.json");
        if (!File.Exists(config))
        {
            return;
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(config));
            foreach (string tower in (string[])["vision_config", "text_config"])
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty(tower, out JsonElement settings)
                    && settings.ValueKind == JsonValueKind.Object
                    && settings.TryGetProperty("hidden_act", out JsonElement activation)
                    && activation.ValueKind == JsonValueKind.String
                    && activation.GetString() is string name
                    && name != wanted)
                {
                    throw new CheckpointException(
                        $"'{config}' says that the {tower} has the activation '{name}', and the network needed here has '{wanted}'; " +
                        $"take {(needed == UnaryFunction.QuickGelu ? "OpenAI's" : "OpenCLIP's")} weights.");
                }
            }
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException || (e is IOException and not CheckpointException))
        {
            throw new CheckpointException($"The configuration '{config}' cannot be read: {e.Message}", e);
        }
    }
}
