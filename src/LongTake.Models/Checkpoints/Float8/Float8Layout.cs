using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Float8;

/// <summary>
/// The names by which files store float8 weights with scales: beside <c>layer.weight</c> a single number <c>layer.scale_weight</c>
/// (ComfyUI's "fp8_scaled" files) or <c>layer.weight_scale</c> (newer ones), the weight being stored * scale. What else such files hold
/// says how other programs compute with them and changes no weight: <c>layer.scale_input</c>, <c>layer.input_scale</c>,
/// <c>layer.comfy_quant</c>, and one <c>scaled_fp8</c>.
/// </summary>
internal static class Float8Layout
{
    /// <summary>Name of the tensor that tells ComfyUI of the layout.</summary>
    public const string Marker = "scaled_fp8";

    private const string WeightSuffix = ".weight";

    private static readonly string[] s_scaleSuffixes = [".scale_weight", ".weight_scale"];
    private static readonly string[] s_hintSuffixes = [".scale_input", ".input_scale", ".comfy_quant"];

    /// <summary>The marker as it is written: ComfyUI looks at its name and type, and reads from two elements that products need not be taken in float8. UNVERIFIED.</summary>
    public static TensorInfo MarkerInfo { get; } = new(Marker, DType.F8E4M3, [2]);

    /// <summary>The weight that a tensor of that name is the scale of; null if it is none.</summary>
    public static string? WeightOfScale(string name) => WeightOf(name, s_scaleSuffixes);

    /// <summary>The weight that a tensor of that name says something about that changes no value; null if it is none.</summary>
    public static string? WeightOfHint(string name) => WeightOf(name, s_hintSuffixes);

    /// <summary>Name of the scale of a weight, as it is written.</summary>
    public static string ScaleOf(string weight) => weight[..^WeightSuffix.Length] + s_scaleSuffixes[0];

    private static string? WeightOf(string name, string[] suffixes) =>
        suffixes.FirstOrDefault(s => name.EndsWith(s, StringComparison.Ordinal)) is string suffix ? name[..^suffix.Length] + WeightSuffix : null;
}
