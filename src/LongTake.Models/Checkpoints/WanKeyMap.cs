using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Names of the transformer's parameters in the original Wan layout and in that of diffusers
/// (<c>WanTransformer3DModel</c>). A pure renaming; note that diffusers numbers the norms in the order of their use, so
/// that the original <c>norm3</c> is its <c>norm2</c>. Source: spec wan-model, section 3.9.
/// </summary>
public static class WanKeyMap
{
    private static readonly (RenameTable ToDiffusers, RenameTable ToOriginal) s_tables = RenameTable.Make(
        "blocks.",
        "blocks.",
        [
            ("patch_embedding", "patch_embedding"),
            ("text_embedding.0", "condition_embedder.text_embedder.linear_1"),
            ("text_embedding.2", "condition_embedder.text_embedder.linear_2"),
            ("time_embedding.0", "condition_embedder.time_embedder.linear_1"),
            ("time_embedding.2", "condition_embedder.time_embedder.linear_2"),
            ("time_projection.1", "condition_embedder.time_proj"),
            ("head.head", "proj_out"),
            ("head.modulation", "scale_shift_table"),
        ],
        [
            ("modulation", "scale_shift_table"),
            ("self_attn.q", "attn1.to_q"),
            ("self_attn.k", "attn1.to_k"),
            ("self_attn.v", "attn1.to_v"),
            ("self_attn.o", "attn1.to_out.0"),
            ("self_attn.norm_q", "attn1.norm_q"),
            ("self_attn.norm_k", "attn1.norm_k"),
            ("cross_attn.q", "attn2.to_q"),
            ("cross_attn.k", "attn2.to_k"),
            ("cross_attn.v", "attn2.to_v"),
            ("cross_attn.o", "attn2.to_out.0"),
            ("cross_attn.norm_q", "attn2.norm_q"),
            ("cross_attn.norm_k", "attn2.norm_k"),
            ("norm3", "norm2"),
            ("ffn.0", "ffn.net.0.proj"),
            ("ffn.2", "ffn.net.2"),
        ]);

    /// <summary>Whether names are those of diffusers.</summary>
    public static bool IsDiffusers(IEnumerable<TensorInfo> tensors) => tensors.Any(t =>
        t.Name.StartsWith("condition_embedder.", StringComparison.Ordinal) || t.Name.Contains(".attn1.", StringComparison.Ordinal));

    /// <summary>The diffusers name of an original one, or null if it is none of this network's.</summary>
    public static string? ToDiffusers(string original) => s_tables.ToDiffusers.Rename(original);

    /// <summary>The original name of a diffusers one, or null if it is none of this network's.</summary>
    public static string? ToOriginal(string diffusers) => s_tables.ToOriginal.Rename(diffusers);

    /// <summary>
    /// A checkpoint of either layout under original names. Stored rotary tables (<c>freqs</c>, <c>rope.*</c>), which some exports
    /// have, are left out; names of neither layout stay as they are, so that a loader can report them.
    /// </summary>
    public static ITensorSource Normalize(ITensorSource source)
    {
        bool isDiffusers = IsDiffusers(source.Tensors);
        return new RenamedSource(source, name => IsRotaryTable(name) ? null : isDiffusers ? ToOriginal(name) ?? name : name);
    }

    private static bool IsRotaryTable(string name) => name is "freqs" or "rope.freqs" or "rope.freqs_cos" or "rope.freqs_sin";
}
