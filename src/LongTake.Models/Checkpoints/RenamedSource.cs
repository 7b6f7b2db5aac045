using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>A checkpoint under other names; tensors for which there is no new name are left out.</summary>
public sealed class RenamedSource : ITensorSource
{
    private readonly ITensorSource _inner;
    private readonly Dictionary<string, string> _names = [];
    private readonly List<TensorInfo> _tensors = [];

    /// <summary>Wraps a checkpoint, which is closed together with this one.</summary>
    /// <param name="inner">The checkpoint.</param>
    /// <param name="rename">Gives the new name, or null to leave a tensor out.</param>
    /// <exception cref="CheckpointException">Two tensors would get the same name.</exception>
    public RenamedSource(ITensorSource inner, Func<string, string?> rename)
    {
        _inner = inner;
        foreach (TensorInfo info in inner.Tensors)
        {
            if (rename(info.Name) is not string name)
            {
                continue;
            }
            if (!_names.TryAdd(name, info.Name))
            {
                throw new CheckpointException($"The checkpoint holds two tensors for '{name}': '{_names[name]}' and '{info.Name}'.");
            }
            _tensors.Add(info with { Name = name });
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public bool Contains(string name) => _names.ContainsKey(name);

    /// <inheritdoc/>
    public Tensor Load(string name) => _names.TryGetValue(name, out string? original)
        ? _inner.Load(original)
        : throw new KeyNotFoundException($"The checkpoint has no tensor '{name}'.");

    /// <summary>Closes the checkpoint inside.</summary>
    public void Dispose() => _inner.Dispose();
}
