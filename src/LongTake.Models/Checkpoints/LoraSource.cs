using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// A checkpoint with an adapter merged into it: each adapted weight is computed when it is loaded, in single precision, and
/// then rounded to the type it is stored in; float8 weights become bfloat16, since the steps of float8 are wider than most of what an adapter adds.
/// </summary>
public sealed class LoraSource : ITensorSource
{
    private readonly ITensorSource _base;
    private readonly LoraAdapter _adapter;
    private readonly float _strength;
    private readonly float? _alpha;
    private readonly List<TensorInfo> _tensors;

    /// <summary>Wraps a checkpoint under original names and an adapter; both are closed together with this one.</summary>
    /// <param name="source">The base weights.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="strength">Factor for the whole adapter; 1 merges it as trained.</param>
    /// <param name="alpha">Alpha of all pairs; null takes the file's, or the rank where the file says nothing (scale 1).</param>
    /// <exception cref="CheckpointException">The adapter adapts a layer that the checkpoint lacks, or one of another shape.</exception>
    public LoraSource(ITensorSource source, LoraAdapter adapter, float strength = 1f, float? alpha = null)
    {
        _base = source;
        _adapter = adapter;
        _strength = strength;
        _alpha = alpha;
        _tensors = [.. source.Tensors.Select(t => adapter.Adapts(t.Name) ? t with { DType = MergedType(t.DType), Scale = 1f, PackedAs = null, PackedBytes = null } : t)];
        Dictionary<string, Shape> shapes = source.Tensors.ToDictionary(t => t.Name, t => t.Shape);
        string[] missing = [.. adapter.Modules.Where(m => !shapes.ContainsKey(m + ".weight")).Order(StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            throw new CheckpointException(
                $"The adapter '{adapter.Path}' is for another network: " +
                $"the base weights lack {missing.Length} of its {adapter.Modules.Count} layers ({NameList.Of(missing)}).");
        }
        string[] misfits = [.. adapter.Modules.Where(m => shapes[m + ".weight"] != adapter.ShapeOf(m)).Order(StringComparer.Ordinal)];
        if (misfits.Length > 0)
        {
            string first = misfits[0];
            throw new CheckpointException(
                $"The adapter '{adapter.Path}' is for another network: " +
                $"'{first}' is {shapes[first + ".weight"]} in the base weights and {adapter.ShapeOf(first)} in the adapter.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public bool Contains(string name) => _base.Contains(name);

    /// <inheritdoc/>
    public Tensor Load(string name)
    {
        if (!_adapter.Adapts(name))
        {
            return _base.Load(name);
        }
        using Tensor stored = TensorScope.Detach(_base.Load(name));
        Tensor merged = TensorConversion.To(stored, DType.F32);
        _adapter.AddTo(name, merged, _strength, _alpha);
        if (stored.DType == DType.F32)
        {
            return merged;
        }
        Tensor narrow = TensorConversion.To(merged, MergedType(stored.DType));
        TensorScope.Detach(merged).Dispose();
        return narrow;
    }

    private static DType MergedType(DType stored) => stored.IsFloat8() ? DType.BF16 : stored;

    /// <summary>Closes the base weights and the adapter.</summary>
    public void Dispose()
    {
        _base.Dispose();
        _adapter.Dispose();
    }
}
