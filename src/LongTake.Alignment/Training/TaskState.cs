using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Training;

/// <summary>What a task remembers beside its networks, read back from a checkpoint.</summary>
internal static class TaskState
{
    /// <summary>Fills tensors with those that were saved under their names.</summary>
    /// <param name="targets">As given by <see cref="ITrainingTask.State"/>.</param>
    /// <param name="source">The checkpoint.</param>
    /// <param name="prefix">Put before each name.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape or type.</exception>
    public static void Load(IEnumerable<KeyValuePair<string, Tensor>> targets, ITensorSource source, string prefix)
    {
        foreach ((string name, Tensor target) in targets)
        {
            using Tensor stored = TensorScope.Detach(source.Load(prefix + name));
            if (stored.Shape != target.Shape || stored.DType != target.DType)
            {
                throw new CheckpointException($"The checkpoint holds {prefix + name} as {stored}; {target} is expected.");
            }
            target.CopyFrom(stored);
        }
    }
}
