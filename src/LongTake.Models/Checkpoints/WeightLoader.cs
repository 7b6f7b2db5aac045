using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>What weights are loaded for.</summary>
public enum WeightUse
{
    /// <summary>
    /// Constants: large matrices and kernels stay in their stored type (views of the mapped file where possible), the
    /// small rest becomes F32; all are frozen, so that backends may keep packed copies.
    /// </summary>
    Inference,

    /// <summary>Parameters to be trained: everything becomes F32 in memory of its own, nothing is frozen.</summary>
    Training,
}

/// <summary>Loads the parameters of a network from a checkpoint, after checking that all of them fit.</summary>
public static class WeightLoader
{
    /// <summary>Weights with at least this many elements stay in their stored type in <see cref="WeightUse.Inference"/>.</summary>
    private const long LargeWeight = 1 << 16;

    /// <summary>Loads all parameters.</summary>
    /// <param name="source">The checkpoint, under the network's own names; it stays open.</param>
    /// <param name="specs">The network's parameters.</param>
    /// <param name="label">What is being loaded and from where, for messages ("the transformer in 'model.safetensors'").</param>
    /// <param name="use">What for.</param>
    /// <param name="progress">Told the number of parameters loaded so far.</param>
    /// <returns>The parameters in the order of <paramref name="specs"/>.</returns>
    /// <exception cref="CheckpointException">Tensors are missing, unexpected or of another shape: all of them in one message, before any data is read.</exception>
    public static ParameterStore Load(
        ITensorSource source,
        IReadOnlyList<ParameterSpec> specs,
        string label,
        WeightUse use = WeightUse.Inference,
        IProgress<int>? progress = null)
    {
        if (WeightComparison.Compare(source, specs).Describe() is string problem)
        {
            throw new CheckpointException($"The weights do not fit {label}: {problem}.");
        }
        ParameterStore store = new();
        try
        {
            foreach (ParameterSpec spec in specs)
            {
                store.Add(spec.Name, LoadOne(source, spec, use));
                progress?.Report(store.Names.Count);
            }
        }
        catch
        {
            store.Dispose();
            throw;
        }
        if (use == WeightUse.Inference)
        {
            store.Freeze();
        }
        return store;
    }

    /// <summary>Bytes that <see cref="Load"/> will take, mapped file pages included.</summary>
    public static long RequiredBytes(IEnumerable<TensorInfo> tensors, WeightUse use) =>
        tensors.Sum(t => use == WeightUse.Inference && KeepsType(t) ? t.Bytes : t.Shape.Count * sizeof(float));

    private static Tensor LoadOne(ITensorSource source, ParameterSpec spec, WeightUse use)
    {
        Tensor stored = TensorScope.Detach(source.Load(spec.Name));
        if (use == WeightUse.Inference && KeepsType(new TensorInfo(spec.Name, stored.DType, stored.Shape)))
        {
            return stored;
        }
        try
        {
            // A copy even where the type is right: trained weights get memory of their own.
            return TensorScope.Detach(TensorConversion.To(stored, DType.F32));
        }
        finally
        {
            stored.Dispose();
        }
    }

    private static bool KeepsType(TensorInfo tensor) => tensor.DType switch
    {
        DType.F32 => true,
        DType.BF16 or DType.F16 or DType.F8E4M3 or DType.F8E5M2 =>
            tensor.Shape.Rank >= 2 && tensor.Shape.Count >= LargeWeight && tensor.Name.EndsWith(".weight", StringComparison.Ordinal),
        _ => false,
    };
}
