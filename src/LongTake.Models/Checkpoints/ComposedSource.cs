using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// A checkpoint whose tensors are made from those of another: renamed, transposed, stacked, or computed. Nothing is read before a tensor is asked for.
/// </summary>
/// <param name="inner">The other checkpoint, which is closed together with this one.</param>
internal sealed class ComposedSource(ITensorSource inner) : ITensorSource
{
    private readonly Dictionary<string, Func<Tensor>> _loads = [];
    private readonly List<TensorInfo> _tensors = [];

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public bool Contains(string name) => _loads.ContainsKey(name);

    /// <inheritdoc/>
    public Tensor Load(string name) => _loads.TryGetValue(name, out Func<Tensor>? load)
        ? load()
        : throw new KeyNotFoundException($"The checkpoint has no tensor '{name}'.");

    /// <summary>Takes a tensor over under a name.</summary>
    /// <exception cref="CheckpointException">The name is taken.</exception>
    public void Keep(string name, TensorInfo tensor) => Make(tensor with { Name = name }, () => inner.Load(tensor.Name));

    /// <summary>Takes a matrix over with rows and columns exchanged; what is no matrix stays as it is, so that a loader can report it.</summary>
    /// <exception cref="CheckpointException">The name is taken.</exception>
    public void Transpose(string name, TensorInfo tensor)
    {
        if (tensor.Shape.Rank != 2)
        {
            Keep(name, tensor);
            return;
        }
        Make(new TensorInfo(name, DType.F32, [tensor.Shape[1], tensor.Shape[0]]), () => Transposed(tensor.Name));
    }

    /// <summary>
    /// Puts tensors one below the other. Parts that do not fit together stay under their own names, so that a loader can report them.
    /// </summary>
    /// <exception cref="CheckpointException">The name is taken.</exception>
    public void Stack(string name, IReadOnlyList<TensorInfo> parts)
    {
        Shape first = parts[0].Shape;
        if (first.Rank == 0 || parts.Any(p => p.Shape.Rank != first.Rank || p.Shape.With(0, 1) != first.With(0, 1) || !p.DType.IsFloating()))
        {
            foreach (TensorInfo part in parts)
            {
                Keep(part.Name, part);
            }
            return;
        }
        Shape shape = first.With(0, parts.Sum(p => p.Shape[0]));
        Make(new TensorInfo(name, DType.F32, shape), () => Stacked(parts, shape));
    }

    /// <summary>Adds a tensor that is computed when it is asked for.</summary>
    /// <param name="info">Its name, type and shape.</param>
    /// <param name="load">Makes it, for the caller.</param>
    /// <exception cref="CheckpointException">The name is taken.</exception>
    public void Make(TensorInfo info, Func<Tensor> load)
    {
        if (!_loads.TryAdd(info.Name, load))
        {
            throw new CheckpointException($"The checkpoint holds two tensors for '{info.Name}'.");
        }
        _tensors.Add(info);
    }

    /// <summary>A tensor of the other checkpoint in single precision, for the caller, who disposes it.</summary>
    public Tensor Wide(string name)
    {
        using Tensor stored = TensorScope.Detach(inner.Load(name));
        return TensorScope.Detach(TensorConversion.To(stored, DType.F32));
    }

    /// <summary>Closes the other checkpoint.</summary>
    public void Dispose() => inner.Dispose();

    private Tensor Transposed(string name)
    {
        using Tensor wide = Wide(name);
        int rows = wide.Shape[0];
        int columns = wide.Shape[1];
        Tensor result = Tensor.Empty([columns, rows]);
        ReadOnlySpan<float> source = wide.Span;
        Span<float> target = result.Span;
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                target[(c * rows) + r] = source[(r * columns) + c];
            }
        }
        return result;
    }

    private Tensor Stacked(IReadOnlyList<TensorInfo> parts, Shape shape)
    {
        Tensor result = Tensor.Empty(shape);
        int start = 0;
        foreach (TensorInfo part in parts)
        {
            using Tensor stored = TensorScope.Detach(inner.Load(part.Name));
            using Tensor target = TensorScope.Detach(result.Rows(start, part.Shape[0]));
            TensorConversion.Convert(stored, target);
            start += part.Shape[0];
        }
        return result;
    }
}
