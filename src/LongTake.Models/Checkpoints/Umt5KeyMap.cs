using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Names of the text encoder's parameters in the original Wan layout and in that of transformers
/// (<c>UMT5EncoderModel</c>). Source: spec wan-model, section 4.5.
/// </summary>
public static class Umt5KeyMap
{
    private const string TiedAlias = "encoder.embed_tokens.weight";
    private const string Shared = "shared.weight";

    private static readonly (RenameTable ToTransformers, RenameTable ToOriginal) s_tables = RenameTable.Make(
        "blocks.",
        "encoder.block.",
        [
            ("token_embedding", "shared"),
            ("norm", "encoder.final_layer_norm"),
        ],
        [
            ("norm1", "layer.0.layer_norm"),
            ("attn.q", "layer.0.SelfAttention.q"),
            ("attn.k", "layer.0.SelfAttention.k"),
            ("attn.v", "layer.0.SelfAttention.v"),
            ("attn.o", "layer.0.SelfAttention.o"),
            ("pos_embedding.embedding", "layer.0.SelfAttention.relative_attention_bias"),
            ("norm2", "layer.1.layer_norm"),
            ("ffn.gate.0", "layer.1.DenseReluDense.wi_0"),
            ("ffn.fc1", "layer.1.DenseReluDense.wi_1"),
            ("ffn.fc2", "layer.1.DenseReluDense.wo"),
        ]);

    /// <summary>Whether names are those of transformers.</summary>
    public static bool IsTransformers(IEnumerable<TensorInfo> tensors) =>
        tensors.Any(t => t.Name.StartsWith("encoder.", StringComparison.Ordinal) || t.Name == Shared);

    /// <summary>The transformers name of an original one, or null if it is none of this network's.</summary>
    public static string? ToTransformers(string original) => s_tables.ToTransformers.Rename(original);

    /// <summary>The original name of a transformers one, or null if it is none of this network's.</summary>
    public static string? ToOriginal(string transformers) =>
        transformers == TiedAlias ? "token_embedding.weight" : s_tables.ToOriginal.Rename(transformers);

    /// <summary>
    /// A checkpoint of either layout under original names. Of the two tied names of the embedding one is enough; a
    /// decoder, language head or tokenizer (ComfyUI's <c>spiece_model</c>) beside the encoder is left out. Other names stay, so that a loader can report them.
    /// </summary>
    public static ITensorSource Normalize(ITensorSource source)
    {
        if (!IsTransformers(source.Tensors))
        {
            return new RenamedSource(source, name => name);
        }
        bool hasShared = source.Contains(Shared);
        return new RenamedSource(source, name => name switch
        {
            TiedAlias when hasShared => null,
            "lm_head.weight" or "spiece_model" => null,
            _ when name.StartsWith("decoder.", StringComparison.Ordinal) => null,
            _ => ToOriginal(name) ?? name,
        });
    }
}
