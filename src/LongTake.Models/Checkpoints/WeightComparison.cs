using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>A tensor whose shape in the checkpoint is not the network's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Found">Shape in the checkpoint.</param>
/// <param name="Expected">Shape the network needs.</param>
public sealed record MisshapedTensor(string Name, Shape Found, Shape Expected);

/// <summary>How a checkpoint fits a network, found without reading any data.</summary>
/// <param name="Missing">Parameters that the checkpoint lacks.</param>
/// <param name="Unexpected">Tensors that the network does not have.</param>
/// <param name="Misshaped">Tensors of another shape.</param>
/// <param name="Untyped">Tensors whose element type is not floating-point.</param>
public sealed record WeightComparison(
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<MisshapedTensor> Misshaped,
    IReadOnlyList<string> Untyped)
{
    /// <summary>Whether everything fits.</summary>
    public bool Fits => Missing.Count == 0 && Unexpected.Count == 0 && Misshaped.Count == 0 && Untyped.Count == 0;

    /// <summary>Compares names, shapes and types.</summary>
    public static WeightComparison Compare(ITensorSource source, IReadOnlyList<ParameterSpec> specs)
    {
        Dictionary<string, ParameterSpec> wanted = specs.ToDictionary(s => s.Name);
        Dictionary<string, TensorInfo> there = source.Tensors.ToDictionary(t => t.Name);
        return new WeightComparison(
            [.. specs.Select(s => s.Name).Where(n => !there.ContainsKey(n))],
            [.. source.Tensors.Select(t => t.Name).Where(n => !wanted.ContainsKey(n))],
            [
                .. specs.Where(s => there.TryGetValue(s.Name, out TensorInfo? t) && t.Shape != s.Shape)
                    .Select(s => new MisshapedTensor(s.Name, there[s.Name].Shape, s.Shape)),
            ],
            [.. source.Tensors.Where(t => wanted.ContainsKey(t.Name) && !t.DType.IsFloating()).Select(t => t.Name)]);
    }

    /// <summary>Everything that is wrong, in one sentence; null if nothing is.</summary>
    public string? Describe()
    {
        List<string> parts = [];
        if (Missing.Count > 0)
        {
            parts.Add($"{Missing.Count} missing ({NameList.Of(Missing)})");
        }
        if (Unexpected.Count > 0)
        {
            parts.Add($"{Unexpected.Count} unexpected ({NameList.Of(Unexpected)})");
        }
        if (Misshaped.Count > 0)
        {
            parts.Add($"{Misshaped.Count} of another shape ({NameList.Of([.. Misshaped.Select(m => $"{m.Name} is {m.Found}, not {m.Expected}")])})");
        }
        if (Untyped.Count > 0)
        {
            parts.Add($"{Untyped.Count} that are not floating-point ({NameList.Of(Untyped)})");
        }
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }
}
