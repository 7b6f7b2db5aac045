using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>Tells networks apart by the names of their tensors, and reads sizes off the shapes.</summary>
internal static class TensorRecognition
{
    /// <summary>Width of a head in all published Wan transformers; a file without configuration does not tell it.</summary>
    private const int PublishedHeadDim = 128;

    public static PartKind KindOf(IReadOnlyList<TensorInfo> tensors)
    {
        HashSet<string> names = [.. tensors.Select(t => WrapperPrefixes.Strip(t.Name))];
        if (names.Count > 0 && names.All(LoraAdapter.IsAdapterKey))
        {
            return PartKind.LoraAdapter;
        }
        if (names.Contains("patch_embedding.weight") || names.Contains("blocks.0.self_attn.q.weight") || names.Contains("blocks.0.attn1.to_q.weight"))
        {
            return PartKind.Transformer;
        }
        if (names.Contains("token_embedding.weight") || names.Contains("shared.weight") || names.Contains("encoder.embed_tokens.weight"))
        {
            return PartKind.TextEncoder;
        }
        return names.Contains("decoder.conv1.weight") || names.Contains("decoder.conv_in.weight") || names.Contains("encoder.conv_in.weight")
            ? PartKind.Vae
            : PartKind.Unknown;
    }

    /// <summary>Sizes of a transformer under original names; null if a tensor that tells them is missing.</summary>
    public static WanTransformerConfig? TransformerSizes(IReadOnlyList<TensorInfo> tensors)
    {
        Dictionary<string, Shape> shapes = tensors.ToDictionary(t => t.Name, t => t.Shape);
        int layers = 1 + tensors.Select(t => BlockOf(t.Name)).DefaultIfEmpty(-1).Max();
        if (!Find("patch_embedding.weight", 5, out Shape patch)
            || !Find("blocks.0.ffn.0.weight", 2, out Shape ffn)
            || !Find("time_embedding.0.weight", 2, out Shape time)
            || !Find("text_embedding.0.weight", 2, out Shape text)
            || !Find("head.head.weight", 2, out Shape head)
            || patch.CountOf(3, 5) == 0)
        {
            return null;
        }
        WanTransformerConfig config = new()
        {
            Dim = patch[0],
            FfnDim = ffn[0],
            HeadCount = patch[0] % PublishedHeadDim == 0 ? patch[0] / PublishedHeadDim : 1,
            LayerCount = layers,
            FreqDim = time[1],
            TextDim = text[1],
            InChannels = patch[1],
            OutChannels = (int)(head[0] / patch.CountOf(3, 5)),
            PatchHeight = patch[3],
            PatchWidth = patch[4],
        };
        try
        {
            config.Validate();
            return config;
        }
        catch (ArgumentException)
        {
            return null;
        }

        bool Find(string name, int rank, out Shape shape) => shapes.TryGetValue(name, out shape) && shape.Rank == rank;
    }

    private static int BlockOf(string name)
    {
        string[] parts = name.Split('.', 3);
        return parts is ["blocks", _, _] && int.TryParse(parts[1], out int block) && block < 10_000 ? block : -1;
    }
}
