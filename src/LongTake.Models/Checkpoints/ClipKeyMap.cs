using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Names of CLIP's parameters in OpenAI's layout, which OpenCLIP shares (some of its models put <c>text.</c> before the text tower), in that
/// of transformers (<c>CLIPModel</c>), and in that of DreamSim. Source: spec metric-models, sections 2.4 and 8.
/// </summary>
public static class ClipKeyMap
{
    private const string ImageBlocks = "visual.transformer.resblocks.";
    private const string TextBlocks = "transformer.resblocks.";
    private const string TransformersImageBlocks = "vision_model.encoder.layers.";
    private const string TransformersTextBlocks = "text_model.encoder.layers.";

    private const string OpenClipText = "text.";

    private static readonly string[] s_ignored = ["logit_scale", "logit_bias", "attn_mask", "input_resolution", "context_length", "vocab_size"];

    private static readonly (string, string)[] s_block =
    [
        ("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
    ];

    private static readonly RenameTable s_image = RenameTable.Make(
        ImageBlocks,
        TransformersImageBlocks,
        [
            ("visual.class_embedding", "vision_model.embeddings.class_embedding"),
            ("visual.conv1", "vision_model.embeddings.patch_embedding"),
            ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
            ("visual.ln_pre", "vision_model.pre_layrnorm"),
            ("visual.ln_post", "vision_model.post_layernorm"),
            ("visual.proj", "visual_projection.weight"),
        ],
        s_block).ToLeft;

    private static readonly RenameTable s_text = RenameTable.Make(
        TextBlocks,
        TransformersTextBlocks,
        [
            ("token_embedding", "text_model.embeddings.token_embedding"),
            ("positional_embedding", "text_model.embeddings.position_embedding.weight"),
            ("ln_final", "text_model.final_layer_norm"),
            ("text_projection", "text_projection.weight"),
        ],
        s_block).ToLeft;

    private static readonly EncoderKeyMap s_map = new(
        ToOriginal,
        IsIgnored,
        ["visual.proj", "text_projection"],
        ["self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."],
        ("attn.in_proj_weight", "attn.in_proj_bias"));

    /// <summary>Whether names are those of transformers.</summary>
    public static bool IsTransformers(IEnumerable<TensorInfo> tensors) => tensors.Any(t =>
        t.Name.StartsWith("vision_model.", StringComparison.Ordinal) || t.Name.StartsWith("text_model.", StringComparison.Ordinal));

    /// <summary>The original name of one of transformers, or null if it has none of its own (queries, keys and values are stacked).</summary>
    public static string? ToOriginal(string transformers) => s_image.Rename(transformers) ?? s_text.Rename(transformers);

    /// <summary>
    /// A checkpoint of any layout under OpenAI's names, without the logit scale and the integers beside the weights. Other names stay, so
    /// that a loader can report them.
    /// </summary>
    /// <exception cref="CheckpointException">Two tensors would get the same name.</exception>
    public static ITensorSource Normalize(ITensorSource source) => IsTransformers(source.Tensors)
        ? s_map.ToOriginal(source, BlockOf)
        : ClipAsDinoKeyMap.IsKnown(source.Tensors) ? ClipAsDinoKeyMap.Normalize(source)
        : new RenamedSource(source, Original);

    /// <summary>Whether a tensor under OpenAI's names belongs to the image tower; all others belong to the text tower.</summary>
    public static bool IsImage(string original) => original.StartsWith("visual.", StringComparison.Ordinal);

    private static string? Original(string name)
    {
        string bare = name.StartsWith(OpenClipText, StringComparison.Ordinal) ? name[OpenClipText.Length..] : name;
        return IsIgnored(bare) ? null : bare;
    }

    private static bool IsIgnored(string name) => s_ignored.Contains(name) || name.EndsWith(".embeddings.position_ids", StringComparison.Ordinal);

    private static string? BlockOf(string start) => start.StartsWith(TransformersImageBlocks, StringComparison.Ordinal)
        ? ImageBlocks + start[TransformersImageBlocks.Length..]
        : start.StartsWith(TransformersTextBlocks, StringComparison.Ordinal) ? TextBlocks + start[TransformersTextBlocks.Length..] : null;
}
