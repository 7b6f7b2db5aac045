using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Names of DINO's parameters in the original layout and in that of transformers (<c>ViTModel</c>). Source: spec metric-models, sections
/// 1.2 and 1.3.
/// </summary>
public static class DinoKeyMap
{
    private const string Blocks = "blocks.";
    private const string TransformersBlocks = "encoder.layer.";

    private static readonly RenameTable s_table = RenameTable.Make(
        Blocks,
        TransformersBlocks,
        [
            ("cls_token", "embeddings.cls_token"),
            ("pos_embed", "embeddings.position_embeddings"),
            ("patch_embed.proj", "embeddings.patch_embeddings.projection"),
            ("norm", "layernorm"),
        ],
        [
            ("norm1", "layernorm_before"),
            ("attn.proj", "attention.output.dense"),
            ("norm2", "layernorm_after"),
            ("mlp.fc1", "intermediate.dense"),
            ("mlp.fc2", "output.dense"),
        ]).ToLeft;

    private static readonly EncoderKeyMap s_map = new(
        ToOriginal,
        IsIgnored,
        [],
        ["attention.attention.query.", "attention.attention.key.", "attention.attention.value."],
        ("attn.qkv.weight", "attn.qkv.bias"));

    /// <summary>Whether names are those of transformers.</summary>
    public static bool IsTransformers(IEnumerable<TensorInfo> tensors) => tensors.Any(t =>
        t.Name.StartsWith("embeddings.", StringComparison.Ordinal) || t.Name.StartsWith(TransformersBlocks, StringComparison.Ordinal));

    /// <summary>The original name of one of transformers, or null if it has none of its own (queries, keys and values are stacked).</summary>
    public static string? ToOriginal(string transformers) => s_table.Rename(transformers);

    /// <summary>
    /// A checkpoint of either layout under original names, without the untrained pooler of transformers and the mask token of DINOv2's
    /// training. Other names stay, so that a loader can report them.
    /// </summary>
    /// <exception cref="CheckpointException">Two tensors would get the same name.</exception>
    public static ITensorSource Normalize(ITensorSource source) => IsTransformers(source.Tensors)
        ? s_map.ToOriginal(source, start => start.StartsWith(TransformersBlocks, StringComparison.Ordinal) ? Blocks + start[TransformersBlocks.Length..] : null)
        : new RenamedSource(source, name => IsIgnored(name) ? null : name);

    private static bool IsIgnored(string name) => name is "mask_token" || name.StartsWith("pooler.dense.", StringComparison.Ordinal);
}
