using System.Text.Json;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Loads the parameters of DINO and CLIP from any of the files they come in: DINO's own, OpenAI's (a TorchScript archive or a state dict),
/// or a folder of transformers. Everything is checked before data is read.
/// </summary>
public static class EncoderCheckpoint
{
    private static readonly VisionTransformerConfig[] s_published =
        [VisionTransformerConfig.ClipBase32, VisionTransformerConfig.ClipBase16, VisionTransformerConfig.ClipLarge14];

    /// <summary>Loads a vision transformer's parameters for the caller, who disposes them.</summary>
    /// <param name="path">File or folder.</param>
    /// <param name="config">Which network it must be.</param>
    /// <exception cref="CheckpointException">It is unreadable, another network, or tensors are missing, unexpected or misshaped.</exception>
    public static ParameterStore LoadVision(string path, VisionTransformerConfig config)
    {
        bool isClip = config.Family == VisionFamily.Clip;
        using ITensorSource source = Open(path, isClip ? ClipKeyMap.Normalize : DinoKeyMap.Normalize, isClip ? ClipKeyMap.IsImage : _ => true);
        CheckPatches(source, path, config, isClip ? "visual.conv1.weight" : "patch_embed.proj.weight");
        if (isClip)
        {
            CheckActivation(path);
        }
        return WeightLoader.Load(source, VisionTransformer.Specs(config), $"{config.Name} (from '{path}')");
    }

    /// <summary>Loads the parameters of a text tower for the caller, who disposes them.</summary>
    /// <inheritdoc cref="LoadVision"/>
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
        CheckActivation(path);
        return WeightLoader.Load(source, ClipTextEncoder.Specs(config), $"the text tower of {config.Name} (from '{path}')");
    }

    private static ITensorSource Open(string path, Func<ITensorSource, ITensorSource> normalize, Func<string, bool> isWanted)
    {
        ITensorSource file = CheckpointFile.Open(path);
        try
        {
            // A TorchScript archive is a tree of modules, whose paths are written with slashes.
            ITensorSource dotted = new RenamedSource(file, name => name.Replace('/', '.'));
            return new RenamedSource(normalize(dotted), name => isWanted(name) ? name : null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The patch embedding tells which network it is; a list of misshaped tensors would not.</summary>
    private static void CheckPatches(ITensorSource source, string path, VisionTransformerConfig config, string name)
    {
        TensorInfo patches = source.Tensors.FirstOrDefault(t => t.Name == name) ?? throw new CheckpointException(
            $"'{path}' holds no {(config.Family == VisionFamily.Clip ? "image tower of CLIP" : "vision transformer of DINO")}: it has no tensor '{name}' " +
            $"(nor the one that transformers calls so). Needed is {config.Name}.");
        Shape wanted = [config.Width, 3, config.PatchSize, config.PatchSize];
        if (patches.Shape.Rank != 4 || patches.Shape == wanted)
        {
            return;
        }
        VisionTransformerConfig? known = config.Family == VisionFamily.Clip
            ? s_published.FirstOrDefault(c => patches.Shape == Shape.Create([c.Width, 3, c.PatchSize, c.PatchSize]))
            : null;
        string found = known?.Name ?? $"a vision transformer of width {patches.Shape[0]} with patches of {patches.Shape[3]} pixels";
        throw new CheckpointException(
            $"'{path}' holds {found}, and {config.Name} has width {config.Width} and patches of {config.PatchSize} pixels; take the weights of {config.Name}.");
    }

    /// <summary>CLIP models of others have the same shapes and another activation; transformers notes it beside the weights.</summary>
    private static void CheckActivation(string path)
    {
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
                    && name != "quick_gelu")
                {
                    throw new CheckpointException(
                        $"'{config}' says that the {tower} has the activation '{name}', and OpenAI's CLIP has 'quick_gelu'; take OpenAI's weights.");
                }
            }
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException || (e is IOException and not CheckpointException))
        {
            throw new CheckpointException($"The configuration '{config}' cannot be read: {e.Message}", e);
        }
    }
}
