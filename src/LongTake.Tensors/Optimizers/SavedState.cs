using LongTake.Tensors.Files;

namespace LongTake.Tensors.Optimizers;

/// <summary>Reads training state back from a checkpoint.</summary>
internal static class SavedState
{
    /// <summary>Copies a saved tensor into one that is there already.</summary>
    public static void Load(ITensorSource source, string name, Tensor target)
    {
        using Tensor saved = Find(source, name);
        if (saved.Shape != target.Shape || saved.DType != target.DType)
        {
            throw new CheckpointException(
                $"The training state has '{name}' as {saved}, but the network needs {target}; was it saved by another configuration?");
        }
        target.CopyFrom(saved);
    }

    /// <summary>Reads a counter.</summary>
    public static long LoadCounter(ITensorSource source, string name)
    {
        using Tensor saved = Find(source, name);
        return saved.DType == DType.I64 && saved.Count == 1
            ? saved.AsSpan<long>()[0]
            : throw new CheckpointException($"The training state has '{name}' as {saved}, not as one I64 number.");
    }

    private static Tensor Find(ITensorSource source, string name) => source.Contains(name)
        ? TensorScope.Detach(source.Load(name))
        : throw new CheckpointException($"The training state has no '{name}'; was it saved by another configuration?");
}
