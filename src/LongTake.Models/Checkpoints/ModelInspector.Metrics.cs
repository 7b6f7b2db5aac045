using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Models.Vision.Faces;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

public static partial class ModelInspector
{
    private const string ClipPatches = "visual.conv1.weight";
    private const string DinoPatches = "patch_embed.proj.weight";
    private const string ClipTokens = "token_embedding.weight";

    private static readonly ClipTextConfig[] s_clipTexts = [ClipTextConfig.Base32, ClipTextConfig.Large14, ClipTextConfig.OpenClipHuge14];

    /// <summary>The network that metrics look through in a file; null if there is none.</summary>
    private static PartReport? MetricNetwork(string path)
    {
        using ITensorSource? bare = OpenBare(path);
        if (bare is null)
        {
            return null;
        }
        if (bare.Contains("prelu.weight") && bare.Contains("layer1.0.conv1.weight"))
        {
            return Guard("ArcFace", PartKind.MetricNetwork, path, Face);
        }
        if (bare.Contains(ClipPatches) || bare.Contains("vision_model.embeddings.patch_embedding.weight") || ClipAsDinoKeyMap.IsKnown(bare.Tensors))
        {
            return Guard("CLIP", PartKind.MetricNetwork, path, Clip);
        }
        return bare.Contains(DinoPatches) || bare.Contains("embeddings.patch_embeddings.projection.weight")
            ? Guard("DINO", PartKind.MetricNetwork, path, Dino)
            : null;
    }

    // Two tensors that are called alike without what wraps them are of no network of metrics.
    private static ITensorSource? OpenBare(string path)
    {
        try
        {
            return StateDictionary.Open(path, source => source);
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    private static PartReport Face(string path)
    {
        using ITensorSource source = FaceCheckpoint.Open(path);
        FaceNetworkConfig config = FaceCheckpoint.ConfigOf(source.Tensors, path);
        return Compared(NetworkFacts("ArcFace", path, source, config.Name), source, FaceNetwork.Specs(config), null);
    }

    private static PartReport Clip(string path)
    {
        using ITensorSource source = StateDictionary.Open(path, ClipKeyMap.Normalize);
        Shape? patches = source.Tensors.FirstOrDefault(t => t.Name == ClipPatches)?.Shape;
        if (patches is null || EncoderCheckpoint.PublishedClip(patches.Value) is not VisionTransformerConfig config)
        {
            return NetworkFacts("CLIP", path, source, $"CLIP with {Patches(patches)}, which no metric looks through");
        }
        List<ParameterSpec> specs = [.. VisionTransformer.Specs(config)];
        string summary = $"{config.Name} or another of its shapes, image tower";
        if (source.Tensors.FirstOrDefault(t => t.Name == ClipTokens) is TensorInfo { Shape.Rank: 2 } tokens
            && Array.Find(s_clipTexts, t => t.Width == tokens.Shape[1]) is ClipTextConfig text)
        {
            specs.AddRange(ClipTextEncoder.Specs(text));
            summary += " and text tower";
        }
        return Compared(NetworkFacts("CLIP", path, source, summary), source, specs, null);
    }

    private static PartReport Dino(string path)
    {
        using ITensorSource source = StateDictionary.Open(path, DinoKeyMap.Normalize);
        Shape? patches = source.Tensors.FirstOrDefault(t => t.Name == DinoPatches)?.Shape;
        foreach (VisionTransformerConfig config in (VisionTransformerConfig[])[VisionTransformerConfig.DinoBase16, VisionTransformerConfig.DinoV2Base14])
        {
            if (patches == Shape.Create([config.Width, 3, config.PatchSize, config.PatchSize]))
            {
                return Compared(NetworkFacts("DINO", path, source, config.Name), source, VisionTransformer.Specs(config), null);
            }
        }
        return NetworkFacts("DINO", path, source, $"a vision transformer with {Patches(patches)}, which no metric looks through");
    }

    private static string Patches(Shape? patches) => patches is Shape shape ? $"a patch embedding of {shape}" : "no patch embedding";

    private static PartReport NetworkFacts(string name, string path, ITensorSource source, string summary) =>
        Facts(source.Tensors, new PartReport { Name = name, Kind = PartKind.MetricNetwork, Path = path, Summary = summary });
}
