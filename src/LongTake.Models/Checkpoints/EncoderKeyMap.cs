using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Brings the checkpoint of an encoder from the layout of transformers, which keeps queries, keys and values apart, to the original one,
/// which stacks them.
/// </summary>
/// <param name="rename">The original name of one of transformers, or null if it is unknown.</param>
/// <param name="ignored">Whether a tensor carries nothing that is needed.</param>
/// <param name="transposed">Original names of matrices that transformers stores transposed.</param>
/// <param name="queries">What stands in the name of transformers for queries, keys and values.</param>
/// <param name="stacked">Original names, inside a block, of the stacked weight and bias.</param>
internal sealed class EncoderKeyMap(
    Func<string, string?> rename,
    Func<string, bool> ignored,
    string[] transposed,
    string[] queries,
    (string Weight, string Bias) stacked)
{
    /// <summary>A checkpoint of transformers under original names; what is unknown stays, so that a loader can report it.</summary>
    /// <param name="source">The checkpoint, which is closed together with the result.</param>
    /// <param name="blockOf">What stands before the name inside a block in the original layout, from what stands there in transformers.</param>
    /// <exception cref="CheckpointException">Two tensors would get the same name.</exception>
    public ITensorSource ToOriginal(ITensorSource source, Func<string, string?> blockOf)
    {
        ComposedSource result = new(source);
        Dictionary<string, TensorInfo?[]> stacks = [];
        foreach (TensorInfo tensor in source.Tensors)
        {
            if (ignored(tensor.Name))
            {
                continue;
            }
            if (StackOf(tensor.Name, blockOf) is (string stack, int part))
            {
                if (!stacks.TryGetValue(stack, out TensorInfo?[]? parts))
                {
                    stacks.Add(stack, parts = new TensorInfo?[queries.Length]);
                }
                parts[part] = tensor;
                continue;
            }
            string name = rename(tensor.Name) ?? tensor.Name;
            if (transposed.Contains(name))
            {
                result.Transpose(name, tensor);
            }
            else
            {
                result.Keep(name, tensor);
            }
        }
        foreach ((string name, TensorInfo?[] parts) in stacks)
        {
            TensorInfo[] there = [.. parts.OfType<TensorInfo>()];
            if (there.Length == parts.Length)
            {
                result.Stack(name, there);
                continue;
            }
            foreach (TensorInfo part in there)
            {
                result.Keep(part.Name, part);
            }
        }
        return result;
    }

    private (string Stack, int Part)? StackOf(string name, Func<string, string?> blockOf)
    {
        for (int part = 0; part < queries.Length; part++)
        {
            int at = name.IndexOf(queries[part], StringComparison.Ordinal);
            if (at < 0 || blockOf(name[..at]) is not string block)
            {
                continue;
            }
            switch (name[(at + queries[part].Length)..])
            {
                case "weight":
                    return (block + stacked.Weight, part);
                case "bias":
                    return (block + stacked.Bias, part);
            }
        }
        return null;
    }
}
