using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Float8;

/// <summary>
/// A checkpoint whose float8 weights know their scales (<see cref="Tensor.Scale"/>), and which no longer lists the tensors that said so
/// (<see cref="Float8Layout"/>). Files without such tensors are passed on as they are. Weights stay float8: they are multiplied where a
/// kernel or a conversion widens them.
/// </summary>
public sealed class ScaledFloat8Source : ITensorSource
{
    private readonly ITensorSource _inner;
    private readonly Dictionary<string, float> _scales = [];
    private readonly List<TensorInfo> _tensors = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Wraps a checkpoint, which is closed together with this one. Only the scales are read.</summary>
    /// <param name="inner">The checkpoint, under the names of its file or of a network.</param>
    /// <param name="path">Where it lies, for messages.</param>
    /// <exception cref="CheckpointException">A scale is no single positive number, is there twice, or belongs to a weight that is not float8.</exception>
    public ScaledFloat8Source(ITensorSource inner, string path)
    {
        _inner = inner;
        Dictionary<string, TensorInfo> there = inner.Tensors.ToDictionary(t => t.Name);
        List<TensorInfo> kept = [];
        foreach (TensorInfo info in inner.Tensors)
        {
            // What belongs to no weight stays, so that a loader can report it.
            if (Float8Layout.WeightOfScale(info.Name) is string scaled && there.TryGetValue(scaled, out TensorInfo? weight))
            {
                float scale = ReadScale(info, weight, path);
                if (!_scales.TryAdd(scaled, scale))
                {
                    throw new CheckpointException($"'{path}' holds two scales for '{scaled}'; it was put together wrongly.");
                }
            }
            else if (info.Name != Float8Layout.Marker && !IsHint(info, there))
            {
                kept.Add(info);
            }
        }
        foreach (TensorInfo info in kept)
        {
            _names.Add(info.Name);
            _tensors.Add(_scales.TryGetValue(info.Name, out float scale) ? info with { Scale = scale } : info);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public bool Contains(string name) => _names.Contains(name);

    /// <inheritdoc/>
    public Tensor Load(string name)
    {
        if (!_names.Contains(name))
        {
            throw new KeyNotFoundException($"The checkpoint has no tensor '{name}'.");
        }
        Tensor stored = _inner.Load(name);
        if (_scales.TryGetValue(name, out float scale))
        {
            stored.Scale = scale;
        }
        return stored;
    }

    /// <summary>Closes the checkpoint inside.</summary>
    public void Dispose() => _inner.Dispose();

    private static bool IsHint(TensorInfo info, Dictionary<string, TensorInfo> there) =>
        Float8Layout.WeightOfHint(info.Name) is string name && there.TryGetValue(name, out TensorInfo? weight) && weight.DType.IsFloat8();

    private float ReadScale(TensorInfo info, TensorInfo weight, string path)
    {
        if (!weight.DType.IsFloat8())
        {
            throw new CheckpointException(
                $"'{path}' holds the scale '{info.Name}', but '{weight.Name}' is stored as {weight.DType}, not float8; " +
                "only float8 weights with scales are supported.");
        }
        if (info.Shape.Rank > 1 || info.Shape.Count != 1)
        {
            throw new CheckpointException(
                $"'{path}': the scale '{info.Name}' has the shape {info.Shape}; supported is one number a weight (shape [] or [1]). " +
                "Take a file with a scale a tensor, or one in bfloat16.");
        }
        if (info.DType is not (DType.F32 or DType.F64 or DType.BF16 or DType.F16))
        {
            throw new CheckpointException($"'{path}': the scale '{info.Name}' is stored as {info.DType}; it must be a floating-point number.");
        }
        using Tensor stored = TensorScope.Detach(_inner.Load(info.Name));
        using Tensor single = TensorScope.Detach(TensorConversion.To(stored, DType.F32));
        float scale = single.Span[0];
        return float.IsFinite(scale) && scale > 0
            ? scale
            : throw new CheckpointException(
                FormattableString.Invariant(
                    $"'{path}': the scale '{info.Name}' is {scale}; it must be positive and finite. The file is damaged; fetch or convert it again."));
    }
}
