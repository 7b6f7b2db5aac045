using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Adapted;

/// <summary>A checkpoint some of whose tensors are taken from another one.</summary>
internal sealed class OverlaidSource : ITensorSource
{
    private readonly ITensorSource _below;
    private readonly ITensorSource _above;

    /// <summary>Wraps both, which are closed together with this one; on failure only the upper one is.</summary>
    /// <param name="below">All tensors.</param>
    /// <param name="above">Those that take the place of tensors of the same name.</param>
    /// <param name="path">Where the upper one lies, for messages.</param>
    /// <exception cref="CheckpointException">The upper one has a tensor that the lower one lacks, or has in another shape.</exception>
    public OverlaidSource(ITensorSource below, ITensorSource above, string path)
    {
        (_below, _above) = (below, above);
        Dictionary<string, TensorInfo> own = above.Tensors.ToDictionary(t => t.Name);
        Dictionary<string, TensorInfo> all = below.Tensors.ToDictionary(t => t.Name);
        if (own.Values.FirstOrDefault(t => !all.TryGetValue(t.Name, out TensorInfo? under) || under.Shape != t.Shape) is TensorInfo stray)
        {
            above.Dispose();
            string there = all.TryGetValue(stray.Name, out TensorInfo? under) ? $"is {under.Shape} there" : "is not there";
            throw new CheckpointException($"'{path}' belongs to another transformer than the one that it is stored beside: '{stray.Name}' {stray.Shape} {there}.");
        }
        Tensors = [.. below.Tensors.Select(t => own.GetValueOrDefault(t.Name, t))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <inheritdoc/>
    public bool Contains(string name) => _below.Contains(name);

    /// <inheritdoc/>
    public Tensor Load(string name) => (_above.Contains(name) ? _above : _below).Load(name);

    /// <summary>Closes both checkpoints.</summary>
    public void Dispose()
    {
        _above.Dispose();
        _below.Dispose();
    }
}
